//! What a registry is told of a provider, so that Java's Dubbo 3.3 finds it. Nothing here talks to one.
//!
//! Java registers twice, and so should we: an instance for each interface ([`Interface::service_name`] with
//! [`Catalog::interface_metadata`]), and one for the application ([`Catalog::application`] with
//! [`Catalog::application_metadata`]), which the mapping of each interface has to name ([`merge_mapping`]). Once a Java provider
//! of an interface is there for its application, consumers look there alone. All of Nacos's instances are in [`GROUP`].

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use crate::interface::Interface;
use crate::wire::{MetadataInfoV2, ServiceInfoV2};

/// Nacos's group of all instances.
pub const GROUP: &str = "DEFAULT_GROUP";

/// Nacos's group of the mappings: a configuration for each interface, under its name, which lists applications.
pub const MAPPING_GROUP: &str = "mapping";

/// The protocol, as registries call it.
pub const PROTOCOL: &str = "tri";

/// The version of the protocol between Dubbos, and the release that we do as.
const DUBBO: &str = "2.0.2";
const RELEASE: &str = "3.3.6";

/// Which interfaces an application provides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalog {
    /// The application's name.
    pub application: String,
    /// Its interfaces.
    pub interfaces: Vec<Interface>,
}

impl Catalog {
    /// A name for exactly this set of services: it changes when the application, an interface or a method does, and not with
    /// their order.
    pub fn revision(&self) -> String {
        const LENGTH: usize = 16;
        let mut lines: Vec<String> = self
            .interfaces
            .iter()
            .flat_map(|interface| {
                let methods = interface.methods.iter().map(|method| format!("{}#{method}{}", interface.key(), method.returns));
                methods.chain([interface.key()])
            })
            .collect();
        lines.sort_unstable();
        let hash = Sha256::digest(format!("{}\n{}", self.application, lines.join("\n")));
        hex::encode(&hash[..LENGTH])
    }

    /// The metadata of the instance of an interface.
    pub fn interface_metadata(&self, interface: &Interface) -> BTreeMap<String, String> {
        let mut metadata = self.parameters(interface);
        metadata.extend(owned([
            ("category", "providers"),
            ("deprecated", "false"),
            ("dynamic", "true"),
            ("generic", "false"),
            ("path", &interface.name),
            ("protocol", PROTOCOL),
            ("revision", &interface.version),
        ]));
        metadata
    }

    /// The metadata of the instance of the application, which listens on `port`.
    pub fn application_metadata(&self, port: u16) -> BTreeMap<String, String> {
        let parameters = format!(
            r#"{{"version":"2.0.0","dubbo":"{DUBBO}","release":"{RELEASE}","side":"provider","port":"{port}","protocol":"{PROTOCOL}"}}"#
        );
        owned([
            ("dubbo.endpoints", &format!(r#"[{{"port":{port},"protocol":"{PROTOCOL}"}}]"#)),
            ("dubbo.metadata-service.url-params", &parameters),
            ("dubbo.metadata.revision", &self.revision()),
            ("dubbo.metadata.storage-type", "local"),
            ("meta-v", "2.0.0"),
        ])
        .collect()
    }

    /// What the metadata service answers.
    pub(crate) fn info(&self) -> MetadataInfoV2 {
        let service = |interface: &Interface| {
            let mut params = self.parameters(interface);
            params.insert("prefer.serialization".to_owned(), "hessian2".to_owned());
            let info = ServiceInfoV2 {
                name: interface.name.clone(),
                group: interface.group.clone(),
                version: interface.version.clone(),
                protocol: PROTOCOL.to_owned(),
                port: 0,
                path: interface.name.clone(),
                params,
            };
            (format!("{}:{PROTOCOL}", interface.key()), info)
        };
        MetadataInfoV2 { app: self.application.clone(), version: self.revision(), services: self.interfaces.iter().map(service).collect() }
    }

    fn parameters(&self, interface: &Interface) -> BTreeMap<String, String> {
        let always = [
            ("application", self.application.as_str()),
            ("dubbo", DUBBO),
            ("interface", &interface.name),
            ("methods", &interface.method_names()),
            ("release", RELEASE),
            ("side", "provider"),
        ];
        let sometimes = [("version", interface.version.as_str()), ("group", interface.group.as_str())];
        owned(always).chain(owned(sometimes).filter(|(_, value)| !value.is_empty())).collect()
    }
}

/// The mapping of an interface with `application` in it; nothing where it is in already.
///
/// ```
/// use dubbo_triple::registration::merge_mapping;
///
/// assert_eq!(merge_mapping("", "rust-goods").as_deref(), Some("rust-goods"));
/// assert_eq!(merge_mapping("java-goods,", "rust-goods").as_deref(), Some("java-goods,rust-goods"));
/// assert_eq!(merge_mapping("java-goods,rust-goods", "rust-goods"), None);
/// ```
pub fn merge_mapping(content: &str, application: &str) -> Option<String> {
    let mut applications: Vec<&str> = applications(content).collect();
    if applications.contains(&application) {
        return None;
    }
    applications.push(application);
    Some(applications.join(","))
}

/// The applications that a mapping lists.
pub fn applications(mapping: &str) -> impl Iterator<Item = &str> {
    mapping.split(',').map(str::trim).filter(|name| !name.is_empty())
}

fn owned<const N: usize>(pairs: [(&str, &str); N]) -> impl Iterator<Item = (String, String)> {
    pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interface::Method;

    fn catalog() -> Catalog {
        let goods = Interface::new("shop.GoodsService", "0.0.1")
            .with(Method::new("reduce", ["shop.Log"], "java.lang.Boolean"))
            .with(Method::new("find", ["java.lang.Long"], "shop.Goods"))
            .with(Method::new("find", ["java.lang.String"], "shop.Goods"));
        let users = Interface::new("shop.UserService", "").in_group("blue");
        Catalog { application: "rust-goods".to_owned(), interfaces: vec![goods, users] }
    }

    fn lines(metadata: &BTreeMap<String, String>) -> String {
        metadata.iter().map(|(key, value)| [key, "=", value, "\n"].concat()).collect()
    }

    #[test]
    fn an_interface_is_registered_as_java_does() {
        let catalog = catalog();
        let [goods, users] = &catalog.interfaces[..] else { panic!("two") };
        let wanted = "application=rust-goods\ncategory=providers\ndeprecated=false\ndubbo=2.0.2\ndynamic=true\ngeneric=false\n\
            interface=shop.GoodsService\nmethods=find,reduce\npath=shop.GoodsService\nprotocol=tri\nrelease=3.3.6\nrevision=0.0.1\n\
            side=provider\nversion=0.0.1\n";
        assert_eq!(lines(&catalog.interface_metadata(goods)), wanted);
        assert_eq!(goods.service_name(), "providers:shop.GoodsService:0.0.1:");
        assert_eq!(users.service_name(), "providers:shop.UserService::blue");
        let metadata = catalog.interface_metadata(users);
        assert_eq!((metadata.get("group").map(String::as_str), metadata.get("version")), (Some("blue"), None));
    }

    #[test]
    fn an_application_is_registered_as_java_does() {
        let metadata = catalog().application_metadata(50051);
        assert_eq!(metadata["dubbo.endpoints"], r#"[{"port":50051,"protocol":"tri"}]"#);
        assert_eq!(metadata["dubbo.metadata.storage-type"], "local");
        assert_eq!(metadata["dubbo.metadata.revision"], catalog().revision());
        let parameters = r#"{"version":"2.0.0","dubbo":"2.0.2","release":"3.3.6","side":"provider","port":"50051","protocol":"tri"}"#;
        assert_eq!(metadata["dubbo.metadata-service.url-params"], parameters);
    }

    #[test]
    fn the_metadata_service_lists_each_interface_under_its_key() {
        let info = catalog().info();
        assert_eq!(info.services.keys().collect::<Vec<_>>(), ["blue/shop.UserService:tri", "shop.GoodsService:0.0.1:tri"]);
        assert_eq!(info.services["shop.GoodsService:0.0.1:tri"].params["prefer.serialization"], "hessian2");
        assert_eq!((info.app.as_str(), info.version), ("rust-goods", catalog().revision()));
    }

    #[test]
    fn a_revision_changes_with_what_is_provided_and_with_nothing_else() {
        let first = catalog();
        let mut other = catalog();
        other.interfaces.reverse();
        other.interfaces[1].methods.reverse();
        assert_eq!((first.revision(), first.revision().len()), (other.revision(), 32));
        other.interfaces[1].methods[0].arguments.push("int".to_owned());
        assert_ne!(first.revision(), other.revision());
        assert_ne!(first.revision(), Catalog { application: "b".to_owned(), ..catalog() }.revision());
        assert_ne!(first.revision(), Catalog { interfaces: Vec::new(), ..catalog() }.revision());
    }
}
