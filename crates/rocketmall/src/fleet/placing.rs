//! Places orders whose parts are in other processes' hands: the saga of [`rocketmall_core::saga`], many orders in each step.
//!
//! A batch of orders costs one look and one reservation at each participant and two commits of the order's own, however many
//! orders it has: what queued up while the last batches were under way makes the next one.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rocketmall_core::command::{Command, PlaceOrder, Receipt, Request};
use rocketmall_core::decide::Answer;
use rocketmall_core::id::{CouponId, GoodsId, UserId};
use rocketmall_core::order::Order;
use rocketmall_core::rejection::{Reason, Rejection};
use rocketmall_core::saga::{DebitBalance, DropOrder, Offer, Participant, PreOrder, RedeemCoupon, ReserveStock, Verdict, Word, verdict};
use rocketmall_core::trace::Trace;
use tokio::sync::{Semaphore, mpsc, oneshot};

use super::{Decided, Fleet};
use crate::config::Role;
use crate::runtime::Runtime;

/// Orders that wait at most; more are refused as busy.
const QUEUE: usize = 4096;
/// Orders in one batch at most.
const PORTION: usize = 256;
/// Batches under way at once: while one waits for a participant, another commits.
const UNDER_WAY: usize = 2;
/// Whoever sends an idempotency key again while its first request is at work waits so long for the answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// And looks so often.
const GLANCE: Duration = Duration::from_millis(25);

/// Takes orders to place. Clones feed one queue.
#[derive(Clone)]
pub struct Placing(mpsc::Sender<Job>);

struct Job {
    request: Request,
    answer: oneshot::Sender<Decided>,
}

impl Placing {
    /// Places orders in this process's own books, with these participants.
    pub(super) fn start(own: Runtime, participants: Fleet) -> Self {
        let (jobs, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(run(own, participants, waiting));
        Self(jobs)
    }

    /// Places one order; the caller waits.
    pub async fn place(&self, request: Request) -> Decided {
        let began = Instant::now();
        loop {
            let (answer, answered) = oneshot::channel();
            self.0.try_send(Job { request: request.clone(), answer }).map_err(|_| busy())?;
            let decided = answered.await.map_err(|_| busy())?;
            match decided {
                Err(rejection) if rejection.reason == Reason::StillPlacing && began.elapsed() < PATIENCE => {
                    tokio::time::sleep(GLANCE).await;
                }
                decided => return decided,
            }
        }
    }
}

fn busy() -> Rejection {
    Rejection::new(Reason::Busy, "too many orders wait to be placed; try again in a second")
}

async fn run(own: Runtime, participants: Fleet, mut waiting: mpsc::Receiver<Job>) {
    let seats = Arc::new(Semaphore::new(UNDER_WAY));
    let mut taken = Vec::with_capacity(PORTION);
    // never closed
    while let Ok(seat) = Arc::clone(&seats).acquire_owned().await {
        if waiting.recv_many(&mut taken, PORTION).await == 0 {
            return;
        }
        let jobs = std::mem::take(&mut taken);
        let batch = Batch { own: own.clone(), participants: participants.clone() };
        tokio::spawn(async move {
            let _seat = seat;
            batch.place(jobs).await;
        });
    }
}

struct Batch {
    own: Runtime,
    participants: Fleet,
}

/// An order that is saved unseen, and who waits for it.
struct Pending {
    order: Order,
    trace: Option<Trace>,
    answer: oneshot::Sender<Decided>,
    words: Vec<(Participant, Word)>,
    /// Those of Java's who have certainly taken nothing.
    untouched: Vec<Participant>,
}

impl Batch {
    async fn place(self, jobs: Vec<Job>) {
        let offered = self.look(jobs).await;
        let mut pending = self.pre_order(offered).await;
        if pending.is_empty() {
            return;
        }
        self.own.crash_points.reach("after-pre-order");
        self.reserve(&mut pending).await;
        self.own.crash_points.reach("after-reserve");
        self.end(pending).await;
    }

    /// What the participants have; who asked for something that nobody can tell of is answered at once.
    async fn look(&self, jobs: Vec<Job>) -> Vec<(Job, PreOrder)> {
        let (mut goods, mut coupons, mut users) = (BTreeSet::<GoodsId>::new(), BTreeSet::<CouponId>::new(), BTreeSet::<UserId>::new());
        for job in &jobs {
            let Command::PlaceOrder(place) = &job.request.command else { continue };
            goods.extend(place.basket.lines.iter().map(|line| line.goods_id));
            coupons.extend(place.basket.coupon_id);
            users.insert(place.basket.user_id);
        }
        let fleet = &self.participants;
        let no_coupons = coupons.is_empty();
        let coupons = async { if no_coupons { Ok(Vec::new()) } else { fleet.coupons(coupons.into_iter().collect()).await } };
        let (goods, coupons, users) =
            tokio::join!(fleet.goods(goods.into_iter().collect()), coupons, fleet.accounts(users.into_iter().collect()));
        let goods = by_id(goods, |goods| goods.id);
        let coupons = by_id(coupons, |coupon| coupon.id);
        let users = by_id(users, |account| account.id);
        let offer = |place: &PlaceOrder| -> Result<Offer, Rejection> {
            let goods = goods.as_ref().map_err(Clone::clone)?;
            let users = users.as_ref().map_err(Clone::clone)?;
            let coupon = match place.basket.coupon_id {
                Some(id) => coupons.as_ref().map_err(Clone::clone)?.get(&id).cloned(),
                None => None,
            };
            let goods = place.basket.lines.iter().filter_map(|line| goods.get(&line.goods_id).cloned()).collect();
            Ok(Offer { goods, coupon, account: users.get(&place.basket.user_id).cloned() })
        };
        let mut offered = Vec::with_capacity(jobs.len());
        for job in jobs {
            let Command::PlaceOrder(place) = &job.request.command else { continue };
            match offer(place) {
                Ok(offer) => {
                    let pre = PreOrder { place: place.clone(), offer };
                    offered.push((job, pre));
                }
                Err(rejection) => drop(job.answer.send(Err(rejection))),
            }
        }
        offered
    }

    /// Saves what passes the checks; who is refused, or was answered before, is answered at once.
    async fn pre_order(&self, offered: Vec<(Job, PreOrder)>) -> Vec<Pending> {
        let requests = offered.iter().map(|(job, pre)| Request {
            command: Command::PreOrder(pre.clone()),
            idempotency: job.request.idempotency.clone(),
            trace: job.request.trace,
        });
        let decided = self.own.engine.submit_all(requests.collect()).await;
        let mut pending = Vec::with_capacity(offered.len());
        for ((job, _), decided) in offered.into_iter().zip(decided) {
            match decided {
                Ok(Answer { receipt: Receipt::Placed(order), replayed: false }) => {
                    pending.push(Pending {
                        order: *order,
                        trace: job.request.trace,
                        answer: job.answer,
                        words: Vec::new(),
                        untouched: Vec::new(),
                    });
                }
                // a caller who went away needs no answer
                other => drop(job.answer.send(other)),
            }
        }
        pending
    }

    /// One batch for each participant, all at once.
    async fn reserve(&self, pending: &mut [Pending]) {
        let part = |take: &dyn Fn(&Order) -> Option<Command>| -> (Vec<usize>, Vec<Request>) {
            let taken = pending.iter().enumerate().filter_map(|(index, one)| {
                let request = Request { trace: one.trace, ..take(&one.order)?.into() };
                Some((index, request))
            });
            taken.unzip()
        };
        let (goods, coupons, users) = (
            part(&|order| Some(Command::ReserveStock(ReserveStock::of(order)))),
            part(&|order| RedeemCoupon::of(order).map(Command::RedeemCoupon)),
            part(&|order| DebitBalance::of(order).map(Command::DebitBalance)),
        );
        let fleet = &self.participants;
        let (goods_said, coupons_said, users_said) = tokio::join!(
            fleet.submit_all(Role::Goods, goods.1),
            fleet.submit_all(Role::Coupon, coupons.1),
            fleet.submit_all(Role::User, users.1)
        );
        let said = [
            (Participant::Goods, Role::Goods, goods.0, goods_said),
            (Participant::Coupon, Role::Coupon, coupons.0, coupons_said),
            (Participant::User, Role::User, users.0, users_said),
        ];
        for (participant, role, indexes, said) in said {
            let is_javas = fleet.is_javas(role);
            for (index, said) in indexes.into_iter().zip(said) {
                let nothing_taken = match &said {
                    Ok(decided) => decided.is_err(),
                    Err(trouble) => !trouble.reached(),
                };
                if is_javas && nothing_taken {
                    pending[index].untouched.push(participant);
                }
                let word = match said {
                    Ok(Ok(_)) => Word::Taken,
                    // its own database may or may not have taken it
                    Ok(Err(rejection)) if rejection.reason == Reason::OutcomeUnknown => Word::Silent(rejection.detail),
                    Ok(Err(rejection)) => Word::Refused(rejection),
                    Err(trouble) => Word::Silent(trouble.to_string()),
                };
                pending[index].words.push((participant, word));
            }
        }
    }

    /// Confirms those that have all their parts and drops the others, in one commit.
    async fn end(&self, pending: Vec<Pending>) {
        let mut requests = Vec::with_capacity(pending.len());
        let mut callers = Vec::with_capacity(pending.len());
        for one in pending {
            let (command, refused) = match verdict(one.words) {
                Verdict::Confirm => (Command::ConfirmOrder(one.order.id), None),
                Verdict::Drop(why) => {
                    (Command::DropOrder(DropOrder { order_id: one.order.id, reason: why.to_string(), untouched: one.untouched }), Some(why))
                }
            };
            requests.push(Request { trace: one.trace, ..command.into() });
            callers.push((one.order.id, one.answer, refused));
        }
        let decided = self.own.engine.submit_all(requests).await;
        for ((order, caller, refused), decided) in callers.into_iter().zip(decided) {
            if let (Some(_), Err(error)) = (&refused, &decided) {
                tracing::warn!(%order, %error, "a pre-order could not be dropped; that is done when its lease ends");
            }
            // a caller who went away needs no answer
            let _ = caller.send(match refused {
                Some(why) => Err(why),
                None => decided,
            });
        }
    }
}

/// What was found by its id, or why nobody can tell.
fn by_id<K: std::hash::Hash + Eq, V>(
    found: Result<Vec<V>, rocketmall_store::StoreError>,
    id: impl Fn(&V) -> K,
) -> Result<HashMap<K, V>, Rejection> {
    let found = found.map_err(|error| Rejection::new(Reason::ServiceAway, error.to_string()))?;
    Ok(found.into_iter().map(|row| (id(&row), row)).collect())
}
