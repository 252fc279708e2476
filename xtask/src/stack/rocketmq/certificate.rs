//! The certificate of a proxy that speaks TLS: for this machine's own address, signed by itself, so that it is its own authority.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::debian;

/// The certificate in this folder, which clients take for the authority.
pub(super) fn certificate(home: &Path) -> PathBuf {
    home.join("tls.pem")
}

/// Its key.
pub(super) fn key(home: &Path) -> PathBuf {
    home.join("tls.key")
}

/// Makes both, for ten years, unless they are there.
pub(super) fn make(home: &Path) -> Result<()> {
    if certificate(home).exists() && key(home).exists() {
        return Ok(());
    }
    if debian::find("openssl").is_none() {
        debian::install(&["openssl"], "a proxy with TLS takes openssl")?;
    }
    fs::create_dir_all(home).with_context(|| format!("cannot make {}", home.display()))?;
    let mut command = Command::new("openssl");
    command.args(["req", "-x509", "-newkey", "rsa:2048", "-noenc", "-days", "3650", "-subj", "/CN=rocketmall stack"]);
    command.args(["-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"]);
    command.arg("-keyout").arg(key(home)).arg("-out").arg(certificate(home));
    let made = command.stdin(Stdio::null()).output().context("openssl does not start")?;
    if !made.status.success() {
        bail!("openssl makes no certificate ({}): {}", made.status, String::from_utf8_lossy(&made.stderr));
    }
    Ok(())
}
