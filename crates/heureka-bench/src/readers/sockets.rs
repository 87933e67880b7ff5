//! Which connections a server still serves, as the kernel sees it.
//!
//! A client that does not read learns late that the server has ended its connection: the end stands behind what it has not
//! read. The kernel knows at once.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

use anyhow::{Context as _, Result};

/// The state of a connection that neither side has ended.
const ESTABLISHED: u8 = 1;

/// Connections of a server on this machine.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Served {
    /// The clients whose connections the server has not ended.
    pub(super) clients: BTreeSet<SocketAddr>,
    /// How many connections the kernel still keeps that the server has ended.
    pub(super) ended: usize,
    /// How many bytes wait in these for their readers.
    pub(super) ended_bytes: u64,
}

struct Line {
    local: SocketAddr,
    remote: SocketAddr,
    state: u8,
    queued_bytes: u64,
    /// Zero where no process has the socket any more.
    inode: u64,
}

/// The connections to a server at this address.
pub(super) fn served_by(server: SocketAddr) -> Result<Served> {
    let table = std::fs::read_to_string("/proc/net/tcp").context("/proc/net/tcp")?;
    Ok(served_in(&table, server))
}

fn served_in(table: &str, server: SocketAddr) -> Served {
    let mut served = Served::default();
    for line in table.lines().skip(1).filter_map(parse) {
        if line.local != server {
            continue;
        }
        if line.state == ESTABLISHED {
            served.clients.insert(line.remote);
        } else if line.inode == 0 && line.queued_bytes > 0 {
            served.ended += 1;
            served.ended_bytes += line.queued_bytes;
        }
    }
    served
}

fn parse(line: &str) -> Option<Line> {
    let mut fields = line.split_whitespace().skip(1);
    let (local, remote) = (fields.next()?, fields.next()?);
    let (state, queues) = (fields.next()?, fields.next()?);
    Some(Line {
        local: address(local)?,
        remote: address(remote)?,
        state: u8::from_str_radix(state, 16).ok()?,
        queued_bytes: u64::from_str_radix(queues.split_once(':')?.0, 16).ok()?,
        inode: fields.nth(3)?.parse().ok()?,
    })
}

/// The kernel writes the four bytes of an address as one number of this machine.
fn address(text: &str) -> Option<SocketAddr> {
    let (ip, port) = text.split_once(':')?;
    let ip = u32::from_str_radix(ip, 16).ok()?.to_ne_bytes();
    let port = u16::from_str_radix(port, 16).ok()?;
    Some(SocketAddrV4::new(Ipv4Addr::from(ip), port).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server on 127.0.0.1:8080 (1F90) and others.
    const TABLE: &str = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 19 1 0 100 0 0 10 0
   1: 0100007F:1F90 0100017F:C001 01 00000010:00000000 00:00000000 00000000     0        0 20 1 0 20 4 30 10 -1
   2: 0100017F:C001 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 21 1 0 20 4 30 10 -1
   3: 0100007F:1F90 0200017F:C002 04 00000100:00000000 00:00000000 00000000     0        0 0 1 0 20 4 30 10 -1
   4: 0100007F:1F91 0300017F:C003 01 00000000:00000000 00:00000000 00000000     0        0 22 1 0 20 4 30 10 -1
";

    #[test]
    #[cfg(target_endian = "little")]
    fn only_what_the_server_has_not_ended_is_served() {
        let served = served_in(TABLE, "127.0.0.1:8080".parse().unwrap());
        let expected = Served {
            clients: BTreeSet::from(["127.1.0.1:49153".parse().unwrap()]),
            ended: 1,
            ended_bytes: 256,
        };
        assert_eq!(served, expected);
    }

    #[test]
    fn other_lines_are_none() {
        assert_eq!(
            served_in("", "127.0.0.1:8080".parse().unwrap()),
            Served::default()
        );
        assert!(parse("0: nothing").is_none());
    }
}
