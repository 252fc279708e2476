//! A Java interface as both sides know it.

/// A Java interface: its full name, version and group, and its methods.
///
/// ```
/// use dubbo_triple::{Interface, Method};
///
/// let goods = Interface::new("shop.GoodsService", "1.0.0").with(Method::new("find", ["java.lang.Long"], "shop.Goods"));
/// assert_eq!(goods.service_name(), "providers:shop.GoodsService:1.0.0:");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Its full name.
    pub name: String,
    /// Its version; empty for none.
    pub version: String,
    /// Its group; empty for none.
    pub group: String,
    /// Its methods. Of several with one name the types of the arguments say which is meant.
    pub methods: Vec<Method>,
}

/// A method of a Java interface, with the names of its classes as `Class.getName` has them: `java.lang.Long`, `int`, `[B`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Method {
    /// Its name.
    pub name: String,
    /// The classes of its arguments, as they are declared.
    pub arguments: Vec<String>,
    /// The class that it gives back, as it is declared.
    pub returns: String,
}

impl Interface {
    /// One without methods as yet, of no group.
    pub fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self { name: name.into(), version: version.into(), group: String::new(), methods: Vec::new() }
    }

    /// The same in a group.
    #[must_use]
    pub fn in_group(mut self, group: impl Into<String>) -> Self {
        self.group = group.into();
        self
    }

    /// The same with one more method.
    #[must_use]
    pub fn with(mut self, method: Method) -> Self {
        self.methods.push(method);
        self
    }

    /// The name of the service under which a registry lists the interface's providers.
    pub fn service_name(&self) -> String {
        format!("providers:{}:{}:{}", self.name, self.version, self.group)
    }

    /// The names of its methods, sorted, each once, with commas between them.
    pub fn method_names(&self) -> String {
        let mut names: Vec<&str> = self.methods.iter().map(|method| method.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names.join(",")
    }

    /// `group/name:version`, without what it has not.
    pub(crate) fn key(&self) -> String {
        let group = if self.group.is_empty() { String::new() } else { format!("{}/", self.group) };
        let version = if self.version.is_empty() { String::new() } else { format!(":{}", self.version) };
        format!("{group}{}{version}", self.name)
    }
}

impl Method {
    /// A method by its name, the classes of its arguments and the class that it gives back.
    pub fn new<A: Into<String>>(name: impl Into<String>, arguments: impl IntoIterator<Item = A>, returns: impl Into<String>) -> Self {
        Self { name: name.into(), arguments: arguments.into_iter().map(Into::into).collect(), returns: returns.into() }
    }
}

/// As Java's programmers write it.
impl std::fmt::Display for Method {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}({})", self.name, self.arguments.join(", "))
    }
}
