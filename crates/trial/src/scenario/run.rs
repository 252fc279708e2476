//! Takes a scenario through a door.

use std::collections::BTreeMap;
use std::fmt::Debug;

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use rocketmall_core::money::Cents;

use super::door::{Answer, Door, Figures};
use super::step::{Action, Claim, Expectation, Figure, Scenario, Wanted};
use super::words::{FIGURE, ORDER_STATUS, PAY_STATUS, PAYMENT_STATE, REFUND_STATE, SHIPPING_STATUS, word_for};

/// Runs every scenario through a fresh door of its own; tells all that failed at once.
pub async fn run_all<D: Door>(scenarios: &[Scenario], open: impl AsyncFn() -> Result<D>) -> Result<()> {
    let mut failed = Vec::new();
    for scenario in scenarios {
        let mut door = open().await.with_context(|| format!("{}: the door does not open", scenario.name))?;
        if let Err(error) = run(scenario, &mut door).await {
            failed.push(format!("{error:#}"));
        }
    }
    ensure!(failed.is_empty(), "{} of {} scenarios failed:\n{}", failed.len(), scenarios.len(), failed.join("\n"));
    Ok(())
}

/// Runs one scenario, up to the first step that is not as it should be; at the end all must be settled and clean.
pub async fn run<D: Door>(scenario: &Scenario, door: &mut D) -> Result<()> {
    let mut runner = Runner { door, ids: BTreeMap::new() };
    for step in &scenario.steps {
        let told = || format!("{}:{}: {}", scenario.name, step.line, step.text);
        runner.take(&step.action).await.with_context(told)?;
    }
    let at_end = || format!("{}: at its end", scenario.name);
    runner.door.settle().await.with_context(at_end)?;
    runner.verify().await.with_context(at_end)
}

struct Runner<'d, D> {
    door: &'d mut D,
    /// Ids of orders (`order A`) and attempts (`payment P`) by label.
    ids: BTreeMap<String, String>,
}

impl<D: Door> Runner<'_, D> {
    async fn take(&mut self, action: &Action) -> Result<()> {
        match action {
            Action::Goods { goods, price, stock } => self.door.goods(goods, *price, *stock).await,
            Action::User { user, balance } => self.door.user(user, *balance).await,
            Action::Coupon(coupon) => self.door.coupon(coupon).await,
            Action::Platform { payment, outcome } => self.door.platform(payment, *outcome).await,
            Action::Refuse { payment, times } => self.door.refuse(payment, *times).await,
            Action::Advance(millis) => self.door.advance(*millis).await,
            Action::Settle => self.door.settle().await,
            Action::Hold => self.door.hold().await,
            Action::Expect(expectation) => self.expect(expectation).await,
            _ => self.command(action).await,
        }
    }

    async fn command(&mut self, action: &Action) -> Result<()> {
        match action {
            Action::Place { order, asked, key, wanted } => {
                let answer = self.door.place(order, asked, key.as_deref()).await?;
                let Some(placed) = accepted(answer, wanted)? else { return Ok(()) };
                self.hold(wanted, "order", &placed.id, |figure| placed.figures.get(figure))?;
                self.ids.insert(format!("order {order}"), placed.id);
                Ok(())
            }
            Action::Pay { pay, wanted } => {
                let Some(started) = accepted(self.door.pay(pay).await?, wanted)? else { return Ok(()) };
                self.hold(wanted, "payment", &started.id, |_| started.amount)?;
                self.ids.insert(format!("payment {}", pay.payment), started.id);
                Ok(())
            }
            Action::Quote { asked, wanted } => {
                let Some(figures) = accepted(self.door.quote(asked).await?, wanted)? else { return Ok(()) };
                self.hold(wanted, "order", "", |figure| figures.get(figure))
            }
            Action::Notify { notice, wanted } => {
                let answers = self.door.notify(notice).await?;
                ensure!(answers.len() == notice.times, "{} answers came to {} notifications", answers.len(), notice.times);
                answers.into_iter().try_for_each(|answer| accepted(answer, wanted).map(drop))
            }
            Action::Cancel { order, user, wanted } => accepted(self.door.cancel(order, user.as_deref()).await?, wanted).map(drop),
            Action::Ship { order, wanted } => accepted(self.door.ship(order).await?, wanted).map(drop),
            Action::Receive { order, user, wanted } => accepted(self.door.receive(order, user.as_deref()).await?, wanted).map(drop),
            Action::Refund { ask, wanted } => {
                let Some(refund) = accepted(self.door.refund(ask).await?, wanted)? else { return Ok(()) };
                self.hold(wanted, "refund", &refund.id, |_| refund.amount)?;
                self.ids.insert(format!("refund {}", ask.refund), refund.id);
                Ok(())
            }
            Action::Handle { refund, step, wanted } => accepted(self.door.handle(refund, step).await?, wanted).map(drop),
            Action::Sync { payment, wanted } => accepted(self.door.sync(payment).await?, wanted).map(drop),
            Action::Stock { goods, delta, wanted } => accepted(self.door.correct_stock(goods, *delta).await?, wanted).map(drop),
            Action::Balance { user, delta, wanted } => accepted(self.door.correct_balance(user, *delta).await?, wanted).map(drop),
            Action::Price { goods, price, wanted } => accepted(self.door.set_price(goods, *price).await?, wanted).map(drop),
            other => bail!("{other:?} is no command"),
        }
    }

    fn hold(&self, wanted: &Wanted, kind: &str, id: &str, figure: impl Fn(Figure) -> Cents) -> Result<()> {
        let Wanted::Ok(claims) = wanted else { return Ok(()) };
        for claim in claims {
            match claim {
                Claim::Same(label) => {
                    let known = self.ids.get(&format!("{kind} {label}")).with_context(|| format!("there is no {kind} {label} yet"))?;
                    ensure!(known == id, "it is another one than {label}");
                }
                Claim::Figure(name, wanted) => equal(word_for(FIGURE, *name), &figure(*name), wanted)?,
            }
        }
        Ok(())
    }

    async fn expect(&mut self, expectation: &Expectation) -> Result<()> {
        match expectation {
            Expectation::Goods { goods, stock, price } => {
                let now = self.door.goods_now(goods).await?;
                stock.map_or(Ok(()), |wanted| equal("stock", &now.stock, &wanted))?;
                price.map_or(Ok(()), |wanted| equal("price", &now.price, &wanted))
            }
            Expectation::User { user, balance, score } => {
                let now = self.door.user_now(user).await?;
                balance.map_or(Ok(()), |wanted| equal("balance", &now.balance, &wanted))?;
                score.map_or(Ok(()), |wanted| equal("score", &now.score, &wanted))
            }
            Expectation::Order { order, status, pay_status, shipping, figures } => {
                let now = self.door.order_now(order).await?;
                let words = |status| word_for(ORDER_STATUS, status);
                status.map_or(Ok(()), |wanted| equal("status", words(now.status), words(wanted)))?;
                let words = |status| word_for(PAY_STATUS, status);
                pay_status.map_or(Ok(()), |wanted| equal("pay", words(now.pay_status), words(wanted)))?;
                let words = |status| word_for(SHIPPING_STATUS, status);
                shipping.map_or(Ok(()), |wanted| equal("shipping", words(now.shipping), words(wanted)))?;
                expect_figures(&now.figures, figures)
            }
            Expectation::Refund { refund, state, amount, balance } => {
                let now = self.door.refund_now(refund).await?;
                equal("status", word_for(REFUND_STATE, now.state), word_for(REFUND_STATE, *state))?;
                amount.map_or(Ok(()), |wanted| equal("amount", &now.amount, &wanted))?;
                balance.map_or(Ok(()), |wanted| equal("balance", &now.balance, &wanted))
            }
            Expectation::Coupon { coupon, used_by } => self.expect_coupon(coupon, used_by.as_deref()).await,
            Expectation::Payment { payment, state } => {
                let now = self.door.payment_now(payment).await?;
                equal("status", word_for(PAYMENT_STATE, now), word_for(PAYMENT_STATE, *state))
            }
            Expectation::VerifyClean => self.verify().await,
        }
    }

    async fn expect_coupon(&mut self, coupon: &str, used_by: Option<&str>) -> Result<()> {
        let now = self.door.coupon_now(coupon).await?.used_by;
        let wanted = match used_by {
            None => None,
            Some(label) => Some(self.ids.get(&format!("order {label}")).with_context(|| format!("there is no order {label} yet"))?),
        };
        let label = |id: &String| self.ids.iter().find(|(_, known)| *known == id).map_or(id.clone(), |(label, _)| label.clone());
        let words = |id: Option<&String>| id.map_or_else(|| "free".to_owned(), |id| format!("used by {}", label(id)));
        equal("coupon", words(now.as_ref()).as_str(), words(wanted).as_str())
    }

    async fn verify(&mut self) -> Result<()> {
        let found = self.door.verify().await?;
        ensure!(found.is_empty(), "the audit found: {}", found.join("; "));
        Ok(())
    }
}

fn expect_figures(now: &Figures, wanted: &[(Figure, Cents)]) -> Result<()> {
    wanted.iter().try_for_each(|(figure, wanted)| equal(word_for(FIGURE, *figure), &now.get(*figure), wanted))
}

/// The answer if it was to be accepted and is, none if it was to be refused and is.
fn accepted<T: Debug>(answer: Answer<T>, wanted: &Wanted) -> Result<Option<T>> {
    match (answer, wanted) {
        (Ok(answer), Wanted::Ok(_)) => Ok(Some(answer)),
        (Err(reason), Wanted::Refused(refused)) if reason == *refused => Ok(None),
        (Ok(_), Wanted::Refused(_)) => Err(anyhow!("it is accepted")),
        (Err(reason), _) => Err(anyhow!("it is refused: {}", reason.slug())),
    }
}

fn equal<T: PartialEq + std::fmt::Display + ?Sized>(what: &str, now: &T, wanted: &T) -> Result<()> {
    ensure!(now == wanted, "{what} is {now}");
    Ok(())
}
