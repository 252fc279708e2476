//! A MariaDB database of the test's own.

pub(crate) use rocketmall_trial::home::Home as Target;

pub(crate) async fn fresh() -> Target {
    Target::mariadb().await.expect("a database of its own")
}
