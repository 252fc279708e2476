//! Where each part of the shop is: in this process, or in another one that is called.
//!
//! Doors and workers ask the [`Fleet`] for everything: it goes to this process's own database where the part is here, and to
//! the role's processes where it is elsewhere. `reads` lists what can be asked, `wire` is what travels, `peer` calls over `lines`, `server`
//! answers, `platform` is what the pay role does for orders elsewhere, `java` is a role that Java's provider has instead, `placing` is the order's saga.

mod elsewhere;
mod java;
mod lines;
mod owner;
mod peer;
mod placing;
mod platform;
mod reads;
mod server;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use rocketmall_core::command::{Command, Request};
use rocketmall_core::decide::Answer;
use rocketmall_core::part::Parts;
use rocketmall_core::rejection::Rejection;
use rocketmall_store::{Database, StoreError};

use crate::config::Role;
use crate::current::Current;
use crate::runtime::{Process, Runtime};

pub use elsewhere::Elsewhere;
pub use java::JavaRole;
pub use lines::{Lines, Place};
pub use owner::{owner, owners, parts};
pub(crate) use peer::never_left;
pub use peer::{Peer, Trouble};
pub use placing::Placing;
pub use platform::GiveBack;
pub use reads::Question;
pub use server::{Caller, Port, serve, server};
pub use wire::{Call, Reply};

/// Decided and stored, or refused.
pub type Decided = Result<Answer, Rejection>;

/// Where the parts of the shop are. Cheap to clone.
#[derive(Clone)]
pub struct Fleet(Arc<Inner>);

struct Inner {
    process: Process,
    database: Option<Database>,
    own: Option<Runtime>,
    placing: Option<Placing>,
    peers: Vec<(Role, Elsewhere)>,
    patience: Current<Duration>,
}

/// Where one part is.
enum Seat<'f> {
    Here(&'f Database),
    There(&'f Elsewhere),
    Nowhere(Role),
}

impl Fleet {
    /// All of it is here.
    pub fn here(runtime: Runtime) -> Self {
        Self::of(runtime.process.clone(), Some(runtime), None, Vec::new(), Current::new(Duration::ZERO))
    }

    /// Some of it is here, if anything is, and the rest with these.
    pub fn apart(process: Process, own: Option<Runtime>, peers: Vec<(Role, Elsewhere)>, patience: Current<Duration>) -> Self {
        let placing = own.as_ref().filter(|own| own.database.parts().hold(Parts::ORDERS) && own.database.parts() != Parts::ALL);
        let participants = || Self::of(process.clone(), own.clone(), None, peers.clone(), patience.clone());
        let placing = placing.map(|own| Placing::start(own.clone(), participants()));
        Self::of(process, own, placing, peers, patience)
    }

    /// All of it in this database, to look at alone.
    pub fn to_read(process: Process, database: Database) -> Self {
        Self(Arc::new(Inner {
            process,
            database: Some(database),
            own: None,
            placing: None,
            peers: Vec::new(),
            patience: Current::new(Duration::ZERO),
        }))
    }

    fn of(
        process: Process,
        own: Option<Runtime>,
        placing: Option<Placing>,
        peers: Vec<(Role, Elsewhere)>,
        patience: Current<Duration>,
    ) -> Self {
        let database = own.as_ref().map(|own| own.database.clone());
        Self(Arc::new(Inner { process, database, own, placing, peers, patience }))
    }

    /// What this process has of its own.
    pub fn process(&self) -> &Process {
        &self.0.process
    }

    /// This process's own part of the shop, if it has one.
    pub fn own(&self) -> Option<&Runtime> {
        self.0.own.as_ref()
    }

    /// Is all of the shop here?
    pub fn is_whole(&self) -> bool {
        self.0.database.as_ref().is_some_and(|own| own.parts() == Parts::ALL)
    }

    /// A number for a new thing, or 0 where its owner gives it one ([`with_ids`](owner)).
    pub fn next_id(&self) -> i64 {
        self.0.own.as_ref().map_or(0, |own| own.ids.next())
    }

    /// Decides and stores one command of a caller who waits, wherever its part of the shop is.
    pub async fn submit(&self, request: impl Into<Request>) -> Decided {
        let mut request = request.into();
        let role = owner(&request.command);
        match (self.seat(role), &self.0.own, &self.0.placing) {
            (Seat::Here(_), Some(_), Some(placing)) if matches!(request.command, Command::PlaceOrder(_)) => {
                self.check_lines(&request.command)?;
                placing.place(request).await
            }
            (Seat::Here(_), Some(own), _) => {
                if let Command::CreateCoupon(coupon) = &request.command
                    && !own.database.parts().hold(Parts::ACCOUNTS)
                {
                    self.check_user(coupon.user_id).await?;
                }
                if let Command::CancelOrder(cancel) = &request.command {
                    self.hear_of_money(&[cancel.order_id]).await;
                }
                own.engine.submit(request).await
            }
            (Seat::There(peer), ..) => {
                owner::without_ids(&mut request.command);
                peer.submit(request).await
            }
            (Seat::Here(_) | Seat::Nowhere(_), ..) => Err(Trouble::nowhere(role).into()),
        }
    }

    /// Decides and stores commands of one role, wherever it is; the answers in the same order. What nobody answered may be done or not.
    pub async fn submit_all(&self, role: Role, requests: Vec<Request>) -> Vec<Result<Decided, Trouble>> {
        if requests.is_empty() {
            return Vec::new();
        }
        match (self.seat(role), &self.0.own) {
            (Seat::Here(_), Some(own)) => own.engine.submit_all(requests).await.into_iter().map(Ok).collect(),
            (Seat::There(peer), _) => peer.submit_all(requests).await,
            (Seat::Here(_) | Seat::Nowhere(_), _) => requests.iter().map(|_| Err(Trouble::nowhere(role))).collect(),
        }
    }

    /// Is this role's part of the shop here?
    pub(crate) fn keeps(&self, role: Role) -> bool {
        matches!(self.seat(role), Seat::Here(_))
    }

    /// The contract's goods service takes one kind of goods for an order, and gives back one.
    fn check_lines(&self, command: &Command) -> Result<(), Rejection> {
        use rocketmall_core::rejection::Reason;
        match command {
            Command::PlaceOrder(place) if place.basket.lines.len() > 1 && self.is_javas(Role::Goods) => {
                let why = "the goods service is Java's (peers.goods), which takes one kind of goods for an order: order each by itself";
                Err(Rejection::of_field(Reason::NotOffered, "lines", why))
            }
            _ => Ok(()),
        }
    }

    async fn check_user(&self, user: rocketmall_core::id::UserId) -> Result<(), Rejection> {
        use rocketmall_core::rejection::Reason;
        let found = self.accounts(vec![user]).await.map_err(|error| Rejection::new(Reason::ServiceAway, error.to_string()))?;
        if found.is_empty() { Err(Rejection::new(Reason::UserUnknown, format!("there is no user {user}"))) } else { Ok(()) }
    }

    /// From now on calls to other processes are given up after so long.
    pub fn set_patience(&self, patience: Duration) {
        self.0.patience.set(patience);
    }

    /// Those that are away, for `/readyz`: each role that is elsewhere, and what is wrong with it if anything is.
    pub fn peers(&self) -> impl Iterator<Item = (Role, Result<(), String>)> {
        self.0.peers.iter().map(|(role, peer)| (*role, peer.health()))
    }

    fn seat(&self, role: Role) -> Seat<'_> {
        match (&self.0.database, self.peer(role)) {
            (Some(own), _) if own.parts().hold(owner::parts(role)) => Seat::Here(own),
            (_, Some(peer)) => Seat::There(peer),
            (_, None) => Seat::Nowhere(role),
        }
    }

    /// Does Java's provider have this role?
    pub(super) fn is_javas(&self, role: Role) -> bool {
        matches!(self.seat(role), Seat::There(Elsewhere::Java(_)))
    }

    fn peer(&self, role: Role) -> Option<&Elsewhere> {
        self.0.peers.iter().find(|(known, _)| *known == role).map(|(_, peer)| peer)
    }
}

impl From<Trouble> for StoreError {
    fn from(trouble: Trouble) -> Self {
        Self::Unreachable(trouble.to_string())
    }
}
