//! What can be set of the instance (4.3).

use super::{Row, map, row};
use crate::settings::kind::{
    ADDRESS_ORDER, DATA_CENTER, LEASE_SECONDS, PORT, STATUS, SWITCH, TEXT,
};

pub(super) static ROWS: &[Row] = &[
    row!(instance.id: TEXT, ["instanceId"], ["instance.instance-id"]),
    row!(instance.cloud_foundry_id: TEXT, [], [], ["vcap.application.instance_id"]),
    row!(instance.app: TEXT, ["name"], ["instance.appname"]),
    row!(instance.spring_app: TEXT, [], [], ["spring.application.name"]),
    row!(instance.app_group: TEXT, ["appGroup"], ["instance.app-group-name"]),
    row!(instance.netflix_app_group: TEXT, [], [], ["NETFLIX_APP_GROUP"]),
    row!(instance.asg_name: TEXT, ["asgName"], ["instance.a-s-g-name"]),
    row!(instance.host_name: TEXT, [], ["instance.hostname"]),
    row!(instance.ip_addr: TEXT, [], ["instance.ip-address"]),
    row!(instance.prefer_ip_address: SWITCH, [], ["instance.prefer-ip-address"]),
    row!(instance.port: PORT, ["port"], ["instance.non-secure-port"]),
    row!(instance.server_port: PORT, [], [], ["server.port"]),
    row!(instance.port_enabled: SWITCH, ["port.enabled"], ["instance.non-secure-port-enabled"]),
    row!(instance.secure_port: PORT, ["securePort"], ["instance.secure-port"]),
    row!(
        instance.secure_port_enabled: SWITCH,
        ["securePort.enabled"],
        ["instance.secure-port-enabled"]
    ),
    row!(instance.vip: TEXT, ["vipAddress"], ["instance.virtual-host-name"]),
    row!(
        instance.secure_vip: TEXT,
        ["secureVipAddress"],
        ["instance.secure-virtual-host-name"]
    ),
    row!(
        instance.status_page_path: TEXT,
        ["statusPageUrlPath"],
        ["instance.status-page-url-path"]
    ),
    row!(instance.status_page_url: TEXT, ["statusPageUrl"], ["instance.status-page-url"]),
    row!(instance.home_page_path: TEXT, ["homePageUrlPath"], ["instance.home-page-url-path"]),
    row!(instance.home_page_url: TEXT, ["homePageUrl"], ["instance.home-page-url"]),
    row!(
        instance.health_check_path: TEXT,
        ["healthCheckUrlPath"],
        ["instance.health-check-url-path"]
    ),
    row!(instance.health_check_url: TEXT, ["healthCheckUrl"], ["instance.health-check-url"]),
    row!(
        instance.secure_health_check_url: TEXT,
        ["secureHealthCheckUrl"],
        ["instance.secure-health-check-url"]
    ),
    row!(instance.context_path: TEXT, [], [], ["server.servlet.context-path"]),
    row!(instance.management_port: PORT, [], [], ["management.server.port"]),
    row!(
        instance.management_context_path: TEXT,
        [],
        [],
        ["management.server.base-path"]
    ),
    row!(instance.namespace: TEXT, [], ["instance.namespace"]),
    row!(
        instance.renewal_interval_secs: LEASE_SECONDS,
        ["lease.renewalInterval"],
        ["instance.lease-renewal-interval-in-seconds"]
    ),
    row!(
        instance.lease_duration_secs: LEASE_SECONDS,
        ["lease.duration"],
        ["instance.lease-expiration-duration-in-seconds"]
    ),
    row!(
        instance.enabled_at_start: SWITCH,
        ["traffic.enabled"],
        ["instance.instance-enabled-onit"]
    ),
    row!(instance.initial_status: STATUS, [], ["instance.initial-status"]),
    map!(instance.metadata: TEXT, Box::from, ".", ["metadata.<>"], ["instance.metadata-map.<>"]),
    row!(
        instance.data_center: DATA_CENTER,
        [],
        ["instance.data-center-info.name", "instance.data-center-info"]
    ),
    row!(
        instance.address_order: ADDRESS_ORDER,
        ["defaultAddressResolutionOrder"],
        ["instance.default-address-resolution-order"]
    ),
    row!(
        instance.broadcast_public_ipv4: SWITCH,
        ["broadcastPublicIpv4"],
        ["instance.broadcast-public-ipv4"]
    ),
];
