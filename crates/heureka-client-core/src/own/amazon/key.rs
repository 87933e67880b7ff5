//! What there is to know of a machine of Amazon.

/// One thing that a machine of Amazon knows of itself (I15).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum AmazonKey {
    /// The machine's id, by which an instance without an id of its own is known (K11).
    InstanceId,
    /// The image that it was started from.
    AmiId,
    /// What kind of machine it is.
    InstanceType,
    /// Its address within its network.
    LocalIpv4,
    /// Its name within its network.
    LocalHostname,
    /// The zone that it runs in (I20, K15).
    AvailabilityZone,
    /// Its name for the world.
    PublicHostname,
    /// Its address for the world.
    PublicIpv4,
    /// The hardware addresses of its network interfaces, one in a line.
    Macs,
    /// The first public address of the first interface that has one.
    PublicIpv4s,
    /// Its IPv6 address.
    Ipv6,
    /// When a spot machine will be taken away.
    SpotTerminationTime,
    /// What is about to happen to a spot machine (I12).
    SpotInstanceAction,
    /// The hardware address of its first network interface.
    Mac,
    /// The virtual network of that interface.
    VpcId,
    /// Whose machine it is.
    AccountId,
}

impl AmazonKey {
    /// All of them, in the order in which Java asks (I15).
    pub const ALL: [Self; 16] = [
        Self::InstanceId,
        Self::AmiId,
        Self::InstanceType,
        Self::LocalIpv4,
        Self::LocalHostname,
        Self::AvailabilityZone,
        Self::PublicHostname,
        Self::PublicIpv4,
        Self::Macs,
        Self::PublicIpv4s,
        Self::Ipv6,
        Self::SpotTerminationTime,
        Self::SpotInstanceAction,
        Self::Mac,
        Self::VpcId,
        Self::AccountId,
    ];

    /// Its key in the metadata of a data center: the last part of its path (I15).
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.names().0
    }

    /// Its name in Java, as settings have it: `publicHostname` (I17).
    #[must_use]
    pub fn java_name(self) -> &'static str {
        self.names().1
    }

    /// The key with this Java name.
    #[must_use]
    pub fn from_java_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.java_name() == name)
    }

    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::InstanceId => ("instance-id", "instanceId"),
            Self::AmiId => ("ami-id", "amiId"),
            Self::InstanceType => ("instance-type", "instanceType"),
            Self::LocalIpv4 => ("local-ipv4", "localIpv4"),
            Self::LocalHostname => ("local-hostname", "localHostname"),
            Self::AvailabilityZone => ("availability-zone", "availabilityZone"),
            Self::PublicHostname => ("public-hostname", "publicHostname"),
            Self::PublicIpv4 => ("public-ipv4", "publicIpv4"),
            Self::Macs => ("macs", "macs"),
            Self::PublicIpv4s => ("public-ipv4s", "publicIpv4s"),
            Self::Ipv6 => ("ipv6", "ipv6"),
            Self::SpotTerminationTime => ("termination-time", "spotTerminationTime"),
            Self::SpotInstanceAction => ("instance-action", "spotInstanceAction"),
            Self::Mac => ("mac", "mac"),
            Self::VpcId => ("vpc-id", "vpcId"),
            Self::AccountId => ("accountId", "accountId"),
        }
    }
}
