//! A role that is elsewhere: with processes of this program, or with a provider of Java's.

use rocketmall_core::command::Request;
use rocketmall_store::StoreError;
use serde::de::DeserializeOwned;

use super::java::JavaRole;
use super::reads::Question;
use super::{Decided, Peer, Trouble};

/// Who has a role that is not here. Cheap to clone.
#[derive(Clone)]
pub enum Elsewhere {
    /// Processes of this program.
    Ours(Peer),
    /// A provider of Java's, which has the contract's interface and nothing else.
    Java(JavaRole),
}

impl From<Peer> for Elsewhere {
    fn from(peer: Peer) -> Self {
        Self::Ours(peer)
    }
}

impl Elsewhere {
    /// Is anybody known to be there?
    pub(super) fn health(&self) -> Result<(), String> {
        match self {
            Self::Ours(peer) => peer.health(),
            // whoever is named stays; whether it answers is seen when it is called
            Self::Java(_) => Ok(()),
        }
    }

    /// Decides and stores one command there.
    pub(super) async fn submit(&self, request: Request) -> Decided {
        match self {
            Self::Ours(peer) => peer.submit(request).await,
            Self::Java(java) => java.take(&request.command).await?,
        }
    }

    /// Decides and stores commands there; the answers in the same order.
    pub(super) async fn submit_all(&self, requests: Vec<Request>) -> Vec<Result<Decided, Trouble>> {
        match self {
            Self::Ours(peer) => peer.submit_all(requests).await,
            Self::Java(java) => java.take_all(requests).await,
        }
    }

    /// Looks something up there.
    pub(super) async fn ask<T: DeserializeOwned>(&self, question: Question) -> Result<T, StoreError> {
        match self {
            Self::Ours(peer) => Ok(peer.ask(question).await?),
            Self::Java(java) => java.ask(question).await,
        }
    }
}
