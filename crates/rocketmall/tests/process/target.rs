//! A SQLite file of the test's own.

pub(crate) use rocketmall_trial::home::Home as Target;

pub(crate) async fn fresh() -> Target {
    std::future::ready(Target::sqlite()).await.expect("a file of its own")
}
