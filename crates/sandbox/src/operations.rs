//! What merchants and customers can do, each in one transaction.

use rocketmall_store::StoreError;
use serde::Deserialize;

use crate::SandboxPlatform;
use crate::event::{Notify, Planned};
use crate::payment::{Lateness, Outcome, Payment, State};
use crate::refund::{self, Refund, Wanted};
use crate::refusal::Refusal;
use crate::tables::{self, Key, notifications, transact};

/// A payment a merchant asks for.
#[derive(Clone, Debug)]
pub(crate) struct NewPayment {
    pub(crate) payment_id: String,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) subject: String,
    pub(crate) notify_url: String,
    pub(crate) return_url: Option<String>,
    pub(crate) expires_at: i64,
}

/// What a customer, or a program in its place, makes happen to a payment.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settlement {
    pub(crate) result: Outcome,
    /// A payment that failed, was closed or has expired is paid all the same.
    #[serde(default)]
    force: bool,
    #[serde(default)]
    notify: Notify,
    #[serde(default)]
    refunds: RefundWishes,
}

/// Misbehaviour wished for in this payment's refunds.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RefundWishes {
    /// So many attempts to refund fail; up to 50.
    fail: u32,
    /// Those that do not fail are under way for so long; up to a day.
    processing_ms: u32,
}

impl Settlement {
    /// The plain one of the page's buttons.
    pub(crate) fn plain(result: Outcome) -> Self {
        Self { result, force: false, notify: Notify::default(), refunds: RefundWishes::default() }
    }

    fn check(&self) -> Result<(), Refusal> {
        self.notify.check()?;
        if self.refunds.fail > 50 || self.refunds.processing_ms > 86_400_000 {
            return Err(Refusal::Invalid("refunds.fail is at most 50, refunds.processing_ms at most 86400000".to_owned()));
        }
        Ok(())
    }

    fn apply(&self, payment: &mut Payment, notify_id: &str, now: i64) -> Result<Vec<Planned>, Refusal> {
        let lateness = if self.force { Lateness::Forced } else { Lateness::Refused };
        payment.settle(self.result, lateness, now)?;
        payment.refund_failures = self.refunds.fail.into();
        payment.refund_millis = self.refunds.processing_ms.into();
        Ok(self.notify.plan(notify_id, payment, self.result, now))
    }
}

impl SandboxPlatform {
    /// The payment of this number, made if there is none. The first one stands: only another amount or currency is
    /// refused, for a merchant that restarts may well be reached, and return its customers, elsewhere.
    pub(crate) async fn create(&self, wanted: NewPayment) -> Result<Payment, Refusal> {
        let key = Key::Id(wanted.payment_id.clone());
        if let Some(known) = self.find(&key).await? {
            return same(known, &wanted);
        }
        let payment = self.open(wanted.clone());
        let inserted = transact(&self.0.database, move |connection| {
            let payment = payment.clone();
            Box::pin(async move { tables::insert_payment(connection, &payment).await.map(|()| payment) })
        });
        match inserted.await {
            // somebody made it in the meantime
            Err(StoreError::Duplicate { statement, message }) => match self.find(&key).await? {
                Some(known) => same(known, &wanted),
                None => Err(StoreError::Duplicate { statement, message }.into()),
            },
            inserted => Ok(inserted?),
        }
    }

    pub(crate) async fn find(&self, key: &Key) -> Result<Option<Payment>, Refusal> {
        Ok(tables::find(&self.0.database, key).await?)
    }

    pub(crate) async fn close(&self, payment_id: String) -> Result<Payment, Refusal> {
        let now = self.now();
        self.change(Key::Id(payment_id), move |payment| payment.close(now).map(|()| Vec::new())).await
    }

    pub(crate) async fn settle(&self, token: String, settlement: Settlement) -> Result<Payment, Refusal> {
        settlement.check()?;
        let (now, notify_id) = (self.now(), format!("N{}", random_hex::<16>()));
        let payment = self.change(Key::Token(token), move |payment| settlement.apply(payment, &notify_id, now)).await?;
        self.0.wake.notify_one();
        Ok(payment)
    }

    pub(crate) async fn refund(&self, wanted: Wanted) -> Result<Refund, Refusal> {
        let now = self.now();
        let decided = transact(&self.0.database, move |connection| {
            let wanted = wanted.clone();
            Box::pin(async move {
                let Some(before) = tables::lock(connection, &Key::Id(wanted.payment_id.clone())).await? else {
                    return Ok(Err(Refusal::NotFound));
                };
                let known = tables::load_refund(connection, &wanted.id).await?;
                let mut payment = before.clone();
                let decided = match refund::decide(&mut payment, known.as_ref(), wanted, now) {
                    Ok(decided) => decided,
                    Err(refusal) => return Ok(Err(refusal)),
                };
                tables::save(connection, &before, &payment).await?;
                tables::save_refund(connection, known.as_ref(), &decided).await?;
                Ok(Ok(decided))
            })
        });
        match decided.await {
            // its number was taken meanwhile under another payment, whose lock we do not hold
            Err(StoreError::Duplicate { .. }) => Err(Refusal::RefundDiffers),
            decided => decided?,
        }
    }

    pub(crate) async fn find_refund(&self, refund_id: &str) -> Result<Option<Refund>, Refusal> {
        Ok(tables::find_refund(&self.0.database, refund_id).await?)
    }

    /// Locks a payment, decides, and stores the decision with its notifications.
    async fn change<F>(&self, key: Key, decide: F) -> Result<Payment, Refusal>
    where
        F: Fn(&mut Payment) -> Result<Vec<Planned>, Refusal> + Clone + Send + 'static,
    {
        transact(&self.0.database, move |connection| {
            let (key, decide) = (key.clone(), decide.clone());
            Box::pin(async move {
                let Some(before) = tables::lock(connection, &key).await? else { return Ok(Err(Refusal::NotFound)) };
                let mut payment = before.clone();
                let planned = match decide(&mut payment) {
                    Ok(planned) => planned,
                    Err(refusal) => return Ok(Err(refusal)),
                };
                tables::save(connection, &before, &payment).await?;
                for row in planned {
                    notifications::insert(connection, row).await?;
                }
                Ok(Ok(payment))
            })
        })
        .await?
    }

    fn open(&self, wanted: NewPayment) -> Payment {
        let now = self.now();
        Payment {
            id: wanted.payment_id,
            platform_no: format!("SBX{now}{}", random_hex::<4>()),
            token: random_hex::<16>(),
            subject: wanted.subject,
            amount: wanted.amount,
            currency: wanted.currency,
            notify_url: wanted.notify_url,
            return_url: wanted.return_url,
            state: State::Pending,
            events: 0,
            refunded: 0,
            refund_failures: 0,
            refund_millis: 0,
            created_at: now,
            expires_at: wanted.expires_at,
            paid_at: None,
        }
    }
}

fn same(known: Payment, wanted: &NewPayment) -> Result<Payment, Refusal> {
    if known.amount == wanted.amount && known.currency == wanted.currency { Ok(known) } else { Err(Refusal::AmountDiffers) }
}

fn random_hex<const BYTES: usize>() -> String {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    hex::encode(bytes)
}
