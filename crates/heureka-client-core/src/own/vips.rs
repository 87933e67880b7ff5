//! The names under which an instance is found.

use heureka_model::Port;

use super::{InstanceSpec, InvalidSpec};
use crate::Profile;

/// How often a `${…}` is replaced in one vip. Java goes on until none is left, also where that is never (I6).
const MAX_REPLACEMENTS: usize = 64;
/// How long a vip may become on the way; no server takes a longer one.
const MAX_VIP_BYTES: usize = 4096;

impl InstanceSpec {
    /// The vip of its plain port (I6, 4.3).
    pub(super) fn vip_at(&self, host: &str, port: Port) -> Result<Option<Box<str>>, InvalidSpec> {
        let given = self.vip.as_deref();
        let vip = match self.profile {
            Profile::Netflix => netflix_vip(given, host, port),
            Profile::Spring => Some(given.unwrap_or(&self.app).to_owned()),
            Profile::Modern => Some(given.map_or_else(|| self.app.to_lowercase(), str::to_owned)),
        };
        self.resolved("vip", vip)
    }

    /// The vip of its secure port, likewise.
    pub(super) fn secure_vip_at(
        &self,
        host: &str,
        port: Port,
    ) -> Result<Option<Box<str>>, InvalidSpec> {
        let given = self.secure_vip.as_deref();
        let vip = match self.profile {
            Profile::Netflix => netflix_vip(given, host, port),
            Profile::Spring => Some(given.unwrap_or(&self.app).to_owned()),
            Profile::Modern => {
                let default = port.enabled.then(|| self.app.to_lowercase());
                given.map(str::to_owned).or(default)
            }
        };
        self.resolved("secure vip", vip)
    }

    fn resolved(
        &self,
        field: &'static str,
        vip: Option<String>,
    ) -> Result<Option<Box<str>>, InvalidSpec> {
        let vip = vip.map(|vip| self.without_variables(vip));
        match vip {
            None => Ok(None),
            Some(Some(vip)) => Ok(Some(vip.into())),
            Some(None) => Err(InvalidSpec::EndlessVariables { field }),
        }
    }

    /// Replaces each `${name}` by what it stands for, and by nothing where it stands for nothing (I6).
    fn without_variables(&self, mut vip: String) -> Option<String> {
        for _ in 0..MAX_REPLACEMENTS {
            let Some((before, name, after)) = first_variable(&vip) else {
                return Some(vip);
            };
            let value = self.variables.get(name).map_or("", |value| value);
            vip = format!("{before}{value}{after}");
            if vip.len() > MAX_VIP_BYTES {
                return None;
            }
        }
        None
    }
}

/// I6: `host:port`, and nothing where the port is not in use, whatever is given.
fn netflix_vip(given: Option<&str>, host: &str, port: Port) -> Option<String> {
    let default = || format!("{host}:{}", port.number);
    port.enabled
        .then(|| given.map_or_else(default, str::to_owned))
}

fn first_variable(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("${")?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}
