//! A DNS server that answers by a script.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use heureka_net::Resolver;
use hickory_resolver::proto::{
    op::{Message, OpCode, ResponseCode},
    rr::{
        Name, RData, Record, RecordType,
        rdata::{CNAME, SRV, TXT},
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, UdpSocket},
    task::JoinSet,
};

/// What fits into an answer by UDP.
const UDP_BYTES: usize = 1232;

const TTL_SECS: u32 = 60;

/// What the server says to a question.
pub(crate) enum Reply {
    Records(Vec<RData>),
    Code(ResponseCode),
    Silence,
}

type Script = fn(&str, RecordType, usize) -> Reply;

pub(crate) struct Server {
    pub(crate) resolver: Resolver,
    _tasks: JoinSet<()>,
}

impl Server {
    /// Starts a server that asks `script` with the name, the kind, and how many questions there were
    /// before.
    pub(crate) async fn start(script: Script) -> Self {
        let (udp, tcp, address) = sockets().await;
        let asked = Arc::new(AtomicUsize::new(0));
        let mut tasks = JoinSet::new();
        tasks.spawn(answer_udp(udp, script, Arc::clone(&asked)));
        tasks.spawn(answer_tcp(tcp, script, asked));
        Self {
            resolver: Resolver::asking(address).unwrap(),
            _tasks: tasks,
        }
    }
}

/// The same port for both; another one where the second is taken.
async fn sockets() -> (UdpSocket, TcpListener, SocketAddr) {
    loop {
        let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = udp.local_addr().unwrap();
        if let Ok(tcp) = TcpListener::bind(address).await {
            return (udp, tcp, address);
        }
    }
}

async fn answer_udp(socket: UdpSocket, script: Script, asked: Arc<AtomicUsize>) {
    let mut question = [0; UDP_BYTES];
    loop {
        let (bytes, from) = socket.recv_from(&mut question).await.unwrap();
        let Some(answer) = answer(&question[..bytes], script, &asked) else {
            continue;
        };
        let mut encoded = answer.to_vec().unwrap();
        if encoded.len() > UDP_BYTES {
            encoded = answer.truncate().to_vec().unwrap();
            asked.fetch_sub(1, Ordering::Relaxed);
        }
        socket.send_to(&encoded, from).await.unwrap();
    }
}

async fn answer_tcp(listener: TcpListener, script: Script, asked: Arc<AtomicUsize>) {
    loop {
        let (mut io, _) = listener.accept().await.unwrap();
        while let Ok(bytes) = io.read_u16().await {
            let mut question = vec![0; usize::from(bytes)];
            io.read_exact(&mut question).await.unwrap();
            if let Some(answer) = answer(&question, script, &asked) {
                let encoded = answer.to_vec().unwrap();
                let bytes = u16::try_from(encoded.len()).unwrap();
                io.write_u16(bytes).await.unwrap();
                io.write_all(&encoded).await.unwrap();
            }
        }
    }
}

fn answer(question: &[u8], script: Script, asked: &AtomicUsize) -> Option<Message> {
    let question = Message::from_vec(question).unwrap();
    let query = question.queries[0].clone();
    let name = query.name().to_ascii();
    let before = asked.fetch_add(1, Ordering::Relaxed);
    let mut answer = Message::response(question.metadata.id, OpCode::Query);
    answer.metadata.recursion_available = true;
    match script(&name, query.query_type(), before) {
        Reply::Records(records) => {
            let records = records.into_iter();
            answer.add_answers(
                records.map(|data| Record::from_rdata(query.name().clone(), TTL_SECS, data)),
            );
        }
        Reply::Code(code) => answer.metadata.response_code = code,
        Reply::Silence => return None,
    }
    answer.add_query(query);
    Some(answer)
}

pub(crate) fn address(text: &str) -> RData {
    match text.parse().expect(text) {
        IpAddr::V4(address) => RData::A(address.into()),
        IpAddr::V6(address) => RData::AAAA(address.into()),
    }
}

pub(crate) fn service(target: &str, port: u16) -> RData {
    RData::SRV(SRV::new(1, 2, port, Name::from_ascii(target).unwrap()))
}

pub(crate) fn texts(parts: &[&str]) -> RData {
    let parts = parts.iter().map(|part| (*part).to_owned());
    RData::TXT(TXT::new(parts.collect()))
}

pub(crate) fn alias(target: &str) -> RData {
    RData::CNAME(CNAME(Name::from_ascii(target).unwrap()))
}
