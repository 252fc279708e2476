//! Whose token is it? Every call asks, so the answers are looked up many at once, and kept for a moment.
//!
//! A token that ends in this process is not good for another moment; one that ends in another process is for [`KEPT`] at most.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rocketmall_store::StoreError;
use rocketmall_store::read::Session;
use tokio::sync::{mpsc, oneshot};

use crate::fleet::Fleet;

/// How long an answer is kept.
pub const KEPT: Duration = Duration::from_secs(1);
/// Callers that wait for a look at most; more wait for room.
const QUEUE: usize = 4096;
/// Tokens looked up at once.
const PORTION: usize = 256;
/// Answers kept at once; a server that is called with more tokens a second forgets the older ones earlier.
const MOST: usize = 100_000;

type Found = Result<Option<Session>, StoreError>;

struct Question {
    token_hash: String,
    answer: oneshot::Sender<Found>,
}

/// Knows the shop's sessions. Clones share what they know.
#[derive(Clone)]
pub struct Sessions {
    questions: mpsc::Sender<Question>,
    known: Arc<Mutex<Known>>,
}

#[derive(Default)]
struct Known {
    sessions: HashMap<String, (Session, Instant)>,
    /// Counts the tokens that ended: a look that began before is not believed.
    ended: u64,
}

impl Sessions {
    /// Those that the fleet's user role keeps. The task that looks ends with the last clone.
    pub fn of(fleet: Fleet) -> Self {
        let (questions, asked) = mpsc::channel(QUEUE);
        let known = Arc::<Mutex<Known>>::default();
        tokio::spawn(look(fleet, asked, Arc::clone(&known)));
        Self { questions, known }
    }

    /// The session of a token, whether or not it is over; `None` if there is no such token.
    pub async fn find(&self, token_hash: &str) -> Found {
        if let Some(session) = lock(&self.known).fresh(token_hash) {
            return Ok(Some(session));
        }
        let (answer, answered) = oneshot::channel();
        let gone = || StoreError::Unreachable("the server is shutting down".to_owned());
        self.questions.send(Question { token_hash: token_hash.to_owned(), answer }).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }

    /// The token is good no more.
    pub fn end(&self, token_hash: &str) {
        let mut known = lock(&self.known);
        known.ended += 1;
        known.sessions.remove(token_hash);
    }
}

impl Known {
    fn fresh(&self, token_hash: &str) -> Option<Session> {
        let (session, since) = self.sessions.get(token_hash)?;
        (since.elapsed() < KEPT).then(|| session.clone())
    }

    fn keep(&mut self, found: &HashMap<String, Session>, since: Instant) {
        if self.sessions.len() + found.len() > MOST {
            self.sessions.retain(|_, (_, since)| since.elapsed() < KEPT);
        }
        if self.sessions.len() + found.len() <= MOST {
            self.sessions.extend(found.iter().map(|(hash, session)| (hash.clone(), (session.clone(), since))));
        }
    }
}

async fn look(fleet: Fleet, mut asked: mpsc::Receiver<Question>, known: Arc<Mutex<Known>>) {
    let mut questions = Vec::with_capacity(PORTION);
    while asked.recv_many(&mut questions, PORTION).await > 0 {
        let (since, ended) = (Instant::now(), lock(&known).ended);
        let hashes: HashSet<&String> = questions.iter().map(|question| &question.token_hash).collect();
        let found = fleet.sessions(hashes.into_iter().cloned().collect()).await;
        if let Ok(found) = &found {
            let mut known = lock(&known);
            if known.ended == ended {
                known.keep(found, since);
            }
        }
        for Question { token_hash, answer } in questions.drain(..) {
            // a caller who went away needs no answer
            let _ = answer.send(found.as_ref().map(|found| found.get(&token_hash).cloned()).map_err(StoreError::clone));
        }
    }
}

fn lock(known: &Mutex<Known>) -> MutexGuard<'_, Known> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}
