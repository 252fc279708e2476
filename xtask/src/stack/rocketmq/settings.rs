//! The servers' own configuration files, with what was measured to matter.

use std::path::Path;

use anyhow::Result;

use super::certificate;
use super::layout::{Duty, Kind, Layout, Seat};
use crate::stack::json::{object, string};
use crate::stack::ports::Ports;

/// One appender for errors alone: warnings come every few seconds and tell of every client that goes.
pub(crate) const LOGBACK: &str = r#"<configuration>
  <appender name="file" class="ch.qos.logback.core.FileAppender">
    <file>${rmq.logfile}</file>
    <encoder><pattern>%d %p %c{0} - %m%n</pattern></encoder>
  </appender>
  <logger name="RocketmqProxy" level="OFF"/>
  <root level="ERROR"><appender-ref ref="file"/></root>
</configuration>
"#;

/// `nameserver.conf`.
pub(crate) fn name_server(layout: Layout, home: &Path, ports: &Ports) -> Result<String> {
    let home = home.display();
    let text = format!("bindAddress=127.0.0.1\nlistenPort={}\nkvConfigPath={home}/kv.json\n", ports.get("namesrv")?);
    let more = match layout {
        Layout::Single | Layout::SingleWithLogin => String::new(),
        // The slave of a dead master takes its place for readers, as soon as this sees that it is dead.
        Layout::TwoMastersTwoSlaves => "supportActingMaster=true\nscanNotActiveBrokerInterval=1000\n".to_owned(),
        Layout::Controller => format!(
            "enableControllerInNamesrv=true\ncontrollerDLegerGroup=group1\ncontrollerDLegerSelfId=n0\n\
             controllerDLegerPeers=n0-127.0.0.1:{}\ncontrollerStorePath={home}/controller\n\
             enableElectUncleanMaster=false\nnotifyBrokerRoleChanged=true\n",
            ports.get("controller")?
        ),
    };
    Ok(text + &more)
}

/// `broker.conf`. The short period of registration is what makes a fresh stack answer at once.
pub(crate) fn broker(layout: Layout, seat: Seat, role: &str, home: &Path, ports: &Ports) -> Result<String> {
    let (name, home) = (seat.broker, home.display());
    let text = format!(
        "brokerClusterName=DefaultCluster\nbrokerName={name}\nbrokerIP1=127.0.0.1\nbrokerIP2=127.0.0.1\nbindAddress=127.0.0.1\n\
         listenPort={port}\nnamesrvAddr=127.0.0.1:{name_server}\nstorePathRootDir={home}/store\n\
         flushDiskType=ASYNC_FLUSH\nmappedFileSizeCommitLog=67108864\nmappedFileSizeConsumeQueue=600000\nmappedFileSizeTimerLog=10485760\n\
         registerNameServerPeriod=10000\nrecallMessageEnable=true\nautoCreateTopicEnable=false\nautoCreateSubscriptionGroup=false\n\
         diskMaxUsedSpaceRatio=95\n",
        port = ports.get(role)?,
        name_server = ports.get("namesrv")?,
    );
    // Without inSyncReplicas=2 a SYNC_MASTER waits for nobody.
    let acting = "slaveReadEnable=true\nenableSlaveActingMaster=true\nenableRemoteEscape=true\n\
                  inSyncReplicas=2\nminInSyncReplicas=1\nenableAutoInSyncReplicas=true\n";
    let duty = match seat.duty {
        Duty::Alone => "brokerId=0\nbrokerRole=ASYNC_MASTER\n".to_owned(),
        Duty::Master => format!("brokerId=0\nbrokerRole=SYNC_MASTER\n{acting}"),
        Duty::Slave => format!("brokerId=1\nbrokerRole=SLAVE\n{acting}"),
        Duty::Elected => format!(
            "brokerId=-1\nbrokerRole=SLAVE\nenableControllerMode=true\ncontrollerAddr=127.0.0.1:{}\nallAckInSyncStateSet=true\n\
             inSyncReplicas=2\nminInSyncReplicas=1\nbrokerHeartbeatInterval=1000\nbrokerNotActiveTimeoutMillis=3000\n\
             storePathEpochFile={home}/store/epoch\n",
            ports.get("controller")?
        ),
    };
    let login =
        login(layout, "org.apache.rocketmq.auth.authentication.provider.Local", "org.apache.rocketmq.auth.authorization.provider.Local");
    let login: Vec<String> = login.into_iter().map(|(name, value)| format!("{name}={value}\n")).collect();
    Ok(text + &duty + &login.concat())
}

/// `proxy.json`. The short times of refreshing are what makes a fresh stack answer at once.
pub(crate) fn proxy(layout: Layout, home: &Path, ports: &Ports) -> Result<String> {
    let alone = layout.parts().iter().any(|part| matches!(part.kind, Kind::Proxy));
    let mut members = vec![
        ("rocketMQClusterName", string("DefaultCluster")),
        ("proxyMode", string(if alone { "CLUSTER" } else { "LOCAL" })),
        ("grpcServerPort", ports.get("grpc")?.to_string()),
        ("remotingListenPort", ports.get("remoting")?.to_string()),
        // where it sends classic clients; otherwise to this machine's own address
        ("remotingAccessAddr", string("127.0.0.1")),
        ("namesrvAddr", string(format!("127.0.0.1:{}", ports.get("namesrv")?))),
        ("topicRouteServiceCacheRefreshSeconds", "2".to_owned()),
        ("topicConfigCacheRefreshSeconds", "2".to_owned()),
        ("subscriptionGroupConfigCacheRefreshSeconds", "2".to_owned()),
    ];
    if alone {
        members.extend([("sendLatencyEnable", "true".to_owned()), ("startDetectorEnable", "true".to_owned())]);
    }
    // by itself it would make a certificate that nobody can know
    if layout.speaks_tls() {
        members.push(("tlsTestModeEnable", "false".to_owned()));
        members.push(("tlsCertPath", string(certificate::certificate(home).display())));
        members.push(("tlsKeyPath", string(certificate::key(home).display())));
    }
    // It asks its broker who there is: users of its own it would have none.
    let login = login(layout, "org.apache.rocketmq.proxy.auth.Proxy", "org.apache.rocketmq.proxy.auth.Proxy");
    members.extend(login.into_iter().map(|(name, value)| (name, if name.ends_with("Enabled") { value } else { string(value) })));
    Ok(object(members))
}

/// What a server needs to know where one has to log in. Who there is and what they may is told by classes of these names' beginnings.
fn login(layout: Layout, users: &str, rights: &str) -> Vec<(&'static str, String)> {
    let Some((key, secret)) = layout.login() else { return Vec::new() };
    let own = "org.apache.rocketmq.auth";
    vec![
        ("authenticationEnabled", "true".to_owned()),
        ("authenticationProvider", format!("{own}.authentication.provider.DefaultAuthenticationProvider")),
        ("authenticationMetadataProvider", format!("{users}AuthenticationMetadataProvider")),
        ("initAuthenticationUser", object([("username", string(key)), ("password", string(secret))])),
        ("innerClientAuthenticationCredentials", object([("accessKey", string(key)), ("secretKey", string(secret))])),
        ("authorizationEnabled", "true".to_owned()),
        ("authorizationProvider", format!("{own}.authorization.provider.DefaultAuthorizationProvider")),
        ("authorizationMetadataProvider", format!("{rights}AuthorizationMetadataProvider")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ports(layout: Layout) -> Ports {
        Ports::choose(&layout.ports(), |_| true).expect("all are free")
    }

    #[test]
    fn a_master_waits_for_its_slave_and_both_share_a_name() {
        let (layout, home) = (Layout::TwoMastersTwoSlaves, Path::new("/somewhere"));
        let parts = layout.parts();
        let text = |role: &str| {
            let part = parts.iter().find(|part| part.role == role).expect("the layout has it");
            broker(layout, part.seat().expect("it is a broker"), role, home, &ports(layout)).expect("its ports are there")
        };
        let (master, slave) = (text("master-a"), text("slave-a"));
        assert!(master.contains("brokerId=0\nbrokerRole=SYNC_MASTER\n") && master.contains("\ninSyncReplicas=2\n"), "{master}");
        assert!(slave.contains("brokerId=1\nbrokerRole=SLAVE\n") && slave.contains("\nlistenPort=11011\n"), "{slave}");
        assert!([&master, &slave].iter().all(|text| text.contains("\nbrokerName=broker-a\n")));
    }

    #[test]
    fn nobody_but_this_machine_is_let_in_where_that_can_be_said() {
        for layout in Layout::ALL {
            let ports = ports(layout);
            let mut texts = vec![name_server(layout, Path::new("/somewhere"), &ports).expect("its port is there")];
            for part in layout.parts() {
                texts.extend(
                    part.seat().map(|seat| broker(layout, seat, part.role, Path::new("/somewhere"), &ports).expect("its port is there")),
                );
            }
            assert!(texts.iter().all(|text| text.contains("bindAddress=127.0.0.1\n")), "{texts:?}");
        }
    }

    #[test]
    fn only_the_layout_with_a_login_asks_for_one() {
        let home = Path::new("/somewhere");
        for layout in Layout::ALL {
            let seat = layout.parts().iter().find_map(|part| Some((part.seat()?, part.role))).expect("each has a broker");
            let broker = broker(layout, seat.0, seat.1, home, &ports(layout)).expect("its ports are there");
            let proxy = proxy(layout, home, &ports(layout)).expect("its ports are there");
            let asks = layout == Layout::SingleWithLogin;
            assert_eq!(broker.contains("\nauthenticationEnabled=true\n"), asks, "{}", layout.name());
            assert_eq!(proxy.contains(r#""authorizationEnabled":true"#), asks, "{proxy}");
            assert_eq!(proxy.contains(r#""tlsCertPath":"/somewhere/tls.pem""#), asks, "{proxy}");
        }
    }

    #[test]
    fn the_proxy_goes_to_the_ports_that_were_chosen() {
        let busy = Ports::choose(&Layout::Single.ports(), |port| ![8081, 9876].contains(&port)).expect("others are free");
        let text = proxy(Layout::Single, Path::new("/somewhere"), &busy).expect("its ports are there");
        assert!(text.contains(r#""proxyMode":"LOCAL","grpcServerPort":8101,"#), "{text}");
        assert!(text.contains(r#""namesrvAddr":"127.0.0.1:9896""#), "{text}");
    }
}
