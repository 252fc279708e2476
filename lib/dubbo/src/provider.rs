//! What is provided: interfaces, each with its handler.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use hessian2_codec::{Limits, Throwable, Value};
use tonic::Status;
use tonic::metadata::MetadataMap;

use crate::error::Failure;
use crate::interface::{Interface, Method};
use crate::registration::Catalog;
use crate::service::TripleService;

/// A call, as a handler gets it.
#[derive(Clone, Debug)]
pub struct Call {
    /// The interface that is called.
    pub interface: Arc<Interface>,
    /// Which of its methods.
    pub method: Method,
    /// Its arguments, as many as the method has. References are within one argument each:
    /// [`Graph`](hessian2_codec::Graph) resolves them.
    pub arguments: Vec<Value>,
    /// The application that calls, as it says itself.
    pub consumer: Option<String>,
    /// How long the caller waits from now on. After that the handler's future is dropped, and the caller told so.
    pub timeout: Option<Duration>,
    /// All headers, Dubbo's attachments among them.
    pub metadata: MetadataMap,
}

/// As long as it takes at most to tell a caller that there will be no answer.
const WORD: Duration = Duration::from_millis(20);

type Answer = Pin<Box<dyn Future<Output = Result<Value, Failure>> + Send>>;
type Handler = Arc<dyn Fn(Call) -> Answer + Send + Sync>;

/// Interfaces with their handlers, to be served at one port.
///
/// ```
/// use dubbo_triple::{Call, Failure, Interface, Method, Provider, Throwable, Value};
///
/// let goods = Interface::new("shop.GoodsService", "1.0.0").with(Method::new("find", ["java.lang.Long"], "java.lang.String"));
/// let provider = Provider::new("rust-goods").with(goods, |call: Call| async move {
///     match call.arguments[0].as_i64() {
///         Some(42) => Ok(Value::from("tea")),
///         _ => Err(Failure::from(Throwable::new("java.util.NoSuchElementException", "no such goods"))),
///     }
/// });
/// let service = provider.into_service(); // for tonic's server, or an axum router's `fallback_service`
/// # drop(service);
/// ```
#[derive(Clone)]
pub struct Provider {
    application: String,
    limits: Limits,
    served: Vec<Served>,
}

#[derive(Clone)]
struct Served {
    interface: Arc<Interface>,
    handler: Handler,
}

impl Provider {
    /// Of an application, with no interface as yet.
    pub fn new(application: impl Into<String>) -> Self {
        Self { application: application.into(), limits: Limits::default(), served: Vec::new() }
    }

    /// The same with one more interface. Of several with one name, versions and groups differ: the first that fits is called.
    #[must_use]
    pub fn with<F, A>(mut self, interface: Interface, handler: F) -> Self
    where
        F: Fn(Call) -> A + Send + Sync + 'static,
        A: Future<Output = Result<Value, Failure>> + Send + 'static,
    {
        let handler: Handler = Arc::new(move |call| Box::pin(handler(call)));
        self.served.push(Served { interface: Arc::new(interface), handler });
        self
    }

    /// The same with other limits of what a call may carry: `bytes` is the longest message, each argument is within all of them.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// What it provides, to be told to a registry.
    pub fn catalog(&self) -> Catalog {
        Catalog {
            application: self.application.clone(),
            interfaces: self.served.iter().map(|served| Interface::clone(&served.interface)).collect(),
        }
    }

    /// The service that answers at `/INTERFACE/METHOD`, and consumers that ask for the application's metadata.
    pub fn into_service(self) -> TripleService {
        TripleService::new(self)
    }

    pub(crate) fn limits(&self) -> Limits {
        self.limits
    }

    /// The interface of this name, version and group. One that is not asked for is any, where there is only one.
    pub(crate) fn find(&self, name: &str, version: &str, group: &str) -> Result<Target, Status> {
        let named: Vec<&Served> = self.served.iter().filter(|served| served.interface.name == name).collect();
        if named.is_empty() {
            let mut names: Vec<&str> = self.served.iter().map(|served| served.interface.name.as_str()).collect();
            names.sort_unstable();
            names.dedup();
            return Err(Status::unimplemented(format!("no interface {name} here; there are: {}", names.join(", "))));
        }
        let fits = |asked: &str, has: &str| asked == has || (asked.is_empty() && named.len() == 1);
        let fitting = |served: &&&Served| fits(version, &served.interface.version) && fits(group, &served.interface.group);
        let Some(served) = named.iter().find(fitting) else {
            let keys: Vec<String> = named.iter().map(|served| served.interface.key()).collect();
            let asked = Interface::new(name, version).in_group(group).key();
            return Err(Status::unimplemented(format!("no {asked} here; there are: {}", keys.join(", "))));
        };
        Ok(Target { interface: Arc::clone(&served.interface), handler: Arc::clone(&served.handler) })
    }
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provider").field("catalog", &self.catalog()).field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// An interface that was found, and its handler.
pub(crate) struct Target {
    pub(crate) interface: Arc<Interface>,
    handler: Handler,
}

impl Target {
    /// The method of this name that takes these classes.
    pub(crate) fn method(&self, name: &str, arguments: &[String]) -> Result<Method, Status> {
        let named: Vec<&Method> = self.interface.methods.iter().filter(|method| method.name == name).collect();
        if let Some(method) = named.iter().find(|method| method.arguments == arguments) {
            return Ok(Method::clone(method));
        }
        let interface = self.interface.key();
        if named.is_empty() {
            let message = format!("{interface} has no method {name}; it has: {}", self.interface.method_names());
            return Err(Status::unimplemented(message));
        }
        let has: Vec<String> = named.iter().map(ToString::to_string).collect();
        let asked = arguments.join(", ");
        Err(Status::unimplemented(format!("{interface} has no {name}({asked}); it has: {}", has.join(", "))))
    }

    /// Runs the handler, and says that it is late a little before the caller would give up by itself: what it hears then is why.
    pub(crate) async fn call(&self, call: Call) -> Result<Result<Value, Throwable>, Status> {
        let timeout = call.timeout;
        let answer = (self.handler)(call);
        let answer = match timeout {
            None => answer.await,
            Some(limit) => match tokio::time::timeout(limit.saturating_sub(WORD.min(limit / 10)), answer).await {
                Ok(answer) => answer,
                Err(_) => return Err(Status::deadline_exceeded(format!("no answer within the {limit:?} that the caller waits"))),
            },
        };
        match answer {
            Ok(value) => Ok(Ok(value)),
            Err(Failure::Thrown(thrown)) => Ok(Err(*thrown)),
            Err(Failure::Refused(status)) => Err(status),
        }
    }
}
