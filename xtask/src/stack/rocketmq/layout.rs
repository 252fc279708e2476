//! Which servers a RocketMQ of ours consists of.

use crate::stack::ports::Wanted;

/// The arrangements one can start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// A name server and one broker with the proxy in it: the smallest.
    Single,
    /// The same, which takes nobody without a key and its secret (ACL 2.0), and speaks TLS to those who ask for it.
    SingleWithLogin,
    /// The seed's: two masters, each with a slave that copies it, and a proxy in front.
    TwoMastersTwoSlaves,
    /// Two replicas of one broker; a controller in the name server makes one of them the master.
    Controller,
}

/// One server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    /// The role, as in `cargo xtask stack kill ROLE`.
    pub(crate) role: &'static str,
    pub(crate) kind: Kind,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    NameServer,
    Broker(Seat),
    /// A broker with the proxy in the same process.
    BrokerWithProxy(Seat),
    Proxy,
}

/// A broker's place among the others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seat {
    /// Replicas share it.
    pub(crate) broker: &'static str,
    pub(crate) duty: Duty,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Duty {
    /// The only one with its data.
    Alone,
    /// Answers a sender when the slave has the message too.
    Master,
    Slave,
    /// Master or slave, as the controller says.
    Elected,
}

/// A broker opens two more ports beside its own: one below for those in a hurry, one above for its slave.
const BESIDE_A_BROKER: &[i16] = &[-2, FOR_THE_SLAVE];

/// The key and the secret of the one user that there is where one has to log in. They guard nothing but tests.
const LOGIN: (&str, &str) = ("rocketmall", "only-for-tests");

/// The port to which a slave connects, beside its master's.
pub(crate) const FOR_THE_SLAVE: i16 = 1;

impl Layout {
    pub(crate) const ALL: [Self; 4] = [Self::Single, Self::SingleWithLogin, Self::TwoMastersTwoSlaves, Self::Controller];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::SingleWithLogin => "acl",
            Self::TwoMastersTwoSlaves => "2m2s",
            Self::Controller => "controller",
        }
    }

    /// The key and the secret that it wants, if it does.
    pub(crate) fn login(self) -> Option<(&'static str, &'static str)> {
        (self == Self::SingleWithLogin).then_some(LOGIN)
    }

    /// Whether its proxy has a certificate. At the same port it speaks without TLS too.
    pub(crate) fn speaks_tls(self) -> bool {
        self == Self::SingleWithLogin
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|layout| layout.name() == name)
    }

    /// In the order of starting.
    pub(crate) fn parts(self) -> Vec<Part> {
        let name_server = Part { role: "namesrv", kind: Kind::NameServer };
        let proxy = Part { role: "proxy", kind: Kind::Proxy };
        let broker = |role, broker, duty| Part { role, kind: Kind::Broker(Seat { broker, duty }) };
        match self {
            Self::Single | Self::SingleWithLogin => {
                let seat = Seat { broker: "broker-a", duty: Duty::Alone };
                vec![name_server, Part { role: "broker", kind: Kind::BrokerWithProxy(seat) }]
            }
            Self::TwoMastersTwoSlaves => vec![
                name_server,
                broker("master-a", "broker-a", Duty::Master),
                broker("master-b", "broker-b", Duty::Master),
                broker("slave-a", "broker-a", Duty::Slave),
                broker("slave-b", "broker-b", Duty::Slave),
                proxy,
            ],
            Self::Controller => {
                vec![name_server, broker("replica-1", "broker-a", Duty::Elected), broker("replica-2", "broker-a", Duty::Elected), proxy]
            }
        }
    }

    /// The brokers whose messages must get through, each once.
    pub(crate) fn brokers(self) -> Vec<&'static str> {
        let mut names: Vec<&str> = self.parts().iter().filter_map(Part::seat).map(|seat| seat.broker).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    pub(crate) fn ports(self) -> Vec<Wanted> {
        let alone = |name, usual| Wanted { name, usual, beside: &[] };
        let broker = |name, usual| Wanted { name, usual, beside: BESIDE_A_BROKER };
        let mut ports = vec![alone("namesrv", 9876), alone("grpc", 8081), alone("remoting", 8080)];
        ports.extend(match self {
            Self::Single | Self::SingleWithLogin => vec![broker("broker", 10911)],
            Self::TwoMastersTwoSlaves => {
                vec![broker("master-a", 10911), broker("master-b", 10921), broker("slave-a", 11011), broker("slave-b", 11021)]
            }
            Self::Controller => vec![alone("controller", 9878), broker("replica-1", 10911), broker("replica-2", 10931)],
        });
        ports
    }
}

impl Part {
    pub(crate) fn seat(&self) -> Option<Seat> {
        match self.kind {
            Kind::Broker(seat) | Kind::BrokerWithProxy(seat) => Some(seat),
            Kind::NameServer | Kind::Proxy => None,
        }
    }

    /// The names of its ports, its own first.
    pub(crate) fn ports(&self, layout: Layout) -> Vec<&'static str> {
        match self.kind {
            Kind::NameServer if layout == Layout::Controller => vec![self.role, "controller"],
            Kind::NameServer | Kind::Broker(_) => vec![self.role],
            Kind::BrokerWithProxy(_) => vec![self.role, "grpc", "remoting"],
            Kind::Proxy => vec!["grpc", "remoting"],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_server_has_its_ports_and_every_port_its_server() {
        for layout in Layout::ALL {
            let mut used: Vec<&str> = layout.parts().iter().flat_map(|part| part.ports(layout)).collect();
            let mut wanted: Vec<&str> = layout.ports().iter().map(|port| port.name).collect();
            used.sort_unstable();
            wanted.sort_unstable();
            assert_eq!(used, wanted, "{}", layout.name());
            assert_eq!(Layout::named(layout.name()), Some(layout));
        }
    }
}
