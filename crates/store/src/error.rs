//! What can go wrong with a database, sorted by what the caller should do.

/// A failed database operation.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// Deadlock, lock wait, busy file: the transaction is undone and may simply run again.
    #[error("the database asked to try again: {0}")]
    Transient(String),
    /// Others took the stock that a batch had seen: nothing is stored, and it must look again with the rows locked.
    #[error("the stock changed in the meantime")]
    Stale,
    /// No connection, or it broke before COMMIT was sent: nothing was stored.
    #[error("the database is not reachable: {0}")]
    Unreachable(String),
    /// COMMIT was sent and its answer is lost: stored or not, one must look.
    #[error("the answer to COMMIT was lost: {0}")]
    CommitUnknown(String),
    /// The database refuses these rows (a constraint, a trigger, a range): one of the commands is poison.
    #[error("the database refused {statement}: {message}")]
    Refused {
        /// The name of the statement that was refused.
        statement: &'static str,
        /// The database's own words.
        message: String,
    },
    /// A row with this key is there already: a rival committed the same a moment ago, or the command is poison.
    #[error("the database has this row already ({statement}): {message}")]
    Duplicate {
        /// The name of the statement that was refused.
        statement: &'static str,
        /// The database's own words.
        message: String,
    },
    /// Another process has taken this process's worker number: ids made with it must not be stored.
    #[error("the worker number is held by another process")]
    Fenced,
    /// A row holds what this program does not understand.
    #[error("unexpected content in {0}")]
    Corrupt(String),
    /// Who keeps these rows cannot be asked for this.
    #[error("{0}")]
    NotOffered(String),
    /// The URL, the schema or the server is not one this program can work with.
    #[error("{0}")]
    Unusable(String),
}
