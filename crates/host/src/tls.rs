//! TLS: with a given certificate, or with one of our own that is kept, so that a phone warns once and not at every
//! start.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Write},
    net::IpAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result, bail};
use rcgen::{CertificateParams, DnType, KeyPair};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};

/// How long our own certificate holds: Apple's systems accept at most 825 days, and 398 of public ones.
const VALID: Duration = Duration::from_secs(397 * 24 * 60 * 60);
/// It is made anew when less is left.
const RENEW_BEFORE: Duration = Duration::from_secs(14 * 24 * 60 * 60);
/// Certificates are valid from a little before they are made: clocks differ.
const CLOCK_SKEW: Duration = Duration::from_secs(24 * 60 * 60);
const CERTIFICATE: &str = "certificate.pem";
const KEY: &str = "key.pem";
const MEMO: &str = "certificate.json";

/// What connections are secured with.
#[derive(Clone)]
pub struct Tls {
    /// Takes new connections through the handshake.
    pub acceptor: TlsAcceptor,
    /// SHA-256 of the certificate, for comparing it with what a browser shows.
    pub fingerprint: String,
    /// Whether browsers will warn, since nobody vouches for it.
    pub self_signed: bool,
}

/// What is remembered of our own certificate.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Memo {
    names: BTreeSet<String>,
    /// Seconds since 1970.
    until: u64,
}

impl Tls {
    /// Reads a certificate chain and its key, both PEM.
    ///
    /// # Errors
    /// A file is missing or holds something else, or the two do not belong together.
    pub fn given(certificate: &Path, key: &Path) -> Result<Self> {
        let chain = CertificateDer::pem_file_iter(certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| anyhow::anyhow!("cannot read the certificate {}: {error}", certificate.display()))?;
        let Some(first) = chain.first() else { bail!("{} holds no certificate (PEM)", certificate.display()) };
        let fingerprint = fingerprint(first);
        let secret = PrivateKeyDer::from_pem_file(key)
            .map_err(|error| anyhow::anyhow!("cannot read the key {}: {error}", key.display()))?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, secret)
            .with_context(|| format!("{} and {} do not go together", certificate.display(), key.display()))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), fingerprint, self_signed: false })
    }

    /// Our own certificate for these addresses, from the folder if it is there and good for some time yet; else made
    /// and kept there.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn self_signed(dir: &Path, addresses: &[IpAddr], now: SystemTime) -> Result<Self> {
        let [certificate, key] = [CERTIFICATE, KEY].map(|name| dir.join(name));
        let names: BTreeSet<String> = addresses.iter().map(IpAddr::to_string).chain(["localhost".to_owned()]).collect();
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let kept = read_memo(dir).filter(|memo| {
            names.is_subset(&memo.names) && memo.until > (now + RENEW_BEFORE).as_secs() && certificate.is_file()
        });
        if kept.is_none() {
            make(dir, &names, now).with_context(|| {
                format!("cannot keep a certificate in {}; --cache names another folder", dir.display())
            })?;
        }
        Ok(Self { self_signed: true, ..Self::given(&certificate, &key)? })
    }
}

/// The folder for what should outlive a run: `paceline/host` in the user's cache folder.
///
/// # Errors
/// The user has none.
pub fn cache() -> Result<PathBuf> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = set("XDG_CACHE_HOME").or_else(|| std::env::home_dir().map(|home| home.join(".cache")));
    Ok(base.context("this user has no home folder; --cache names a folder for the certificate")?.join("paceline/host"))
}

fn read_memo(dir: &Path) -> Option<Memo> {
    serde_json::from_slice(&fs::read(dir.join(MEMO)).ok()?).ok()
}

/// Makes a certificate for names old and new with the key that is there, or a new one.
fn make(dir: &Path, names: &BTreeSet<String>, now: Duration) -> Result<()> {
    fs::create_dir_all(dir)?;
    let kept = fs::read_to_string(dir.join(KEY)).ok().and_then(|pem| KeyPair::from_pem(&pem).ok());
    let key = match kept {
        Some(key) => key,
        None => KeyPair::generate()?,
    };
    let mut params = CertificateParams::new(names.iter().cloned().collect::<Vec<_>>())?;
    params.distinguished_name.push(DnType::CommonName, "Paceline on this network");
    let until = now + VALID;
    params.not_before = (UNIX_EPOCH + now.saturating_sub(CLOCK_SKEW)).into();
    params.not_after = (UNIX_EPOCH + until).into();
    let certificate = params.self_signed(&key)?;
    write_secret(&dir.join(KEY), &key.serialize_pem())?;
    fs::write(dir.join(CERTIFICATE), certificate.pem())?;
    fs::write(dir.join(MEMO), serde_json::to_vec(&Memo { names: names.clone(), until: until.as_secs() })?)?;
    Ok(())
}

/// Writes a file that only this user may read.
fn write_secret(path: &Path, text: &str) -> io::Result<()> {
    let mut options = fs::File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)?.write_all(text.as_bytes())
}

fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    let bytes = Sha256::digest(certificate);
    bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn addresses(last: u8) -> Vec<IpAddr> {
        vec![[127, 0, 0, 1].into(), [192, 0, 2, last].into()]
    }

    #[test]
    fn our_own_certificate_is_kept_until_it_no_longer_fits() {
        let dir = TempDir::new().unwrap();
        let made = |addresses: &[IpAddr], now| Tls::self_signed(dir.path(), addresses, now).unwrap().fingerprint;
        let now = SystemTime::now();
        let first = made(&addresses(1), now);
        assert_eq!(made(&addresses(1), now + Duration::from_secs(3600)), first);
        assert_eq!(made(&addresses(1)[..1], now), first);
        let key = fs::read(dir.path().join(KEY)).unwrap();
        let moved = made(&addresses(2), now);
        assert_ne!(moved, first);
        assert_ne!(made(&addresses(2), now + VALID - RENEW_BEFORE), moved);
        assert_eq!(fs::read(dir.path().join(KEY)).unwrap(), key, "the key stays");
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_the_key() {
        use std::os::unix::fs::PermissionsExt;
        let dir = TempDir::new().unwrap();
        Tls::self_signed(dir.path(), &addresses(1), SystemTime::now()).unwrap();
        assert_eq!(fs::metadata(dir.path().join(KEY)).unwrap().permissions().mode() & 0o077, 0);
    }

    #[test]
    fn a_certificate_or_key_that_is_none_is_named() {
        let dir = TempDir::new().unwrap();
        Tls::self_signed(dir.path(), &addresses(1), SystemTime::now()).unwrap();
        let [certificate, key, missing] = [CERTIFICATE, KEY, "missing.pem"].map(|name| dir.path().join(name));
        assert!(Tls::given(&certificate, &key).is_ok());
        let fault = |certificate, key| Tls::given(certificate, key).err().unwrap().to_string();
        assert!(fault(&missing, &key).contains("missing.pem"));
        assert!(fault(&key, &key).contains(KEY));
        assert!(fault(&certificate, &certificate).contains(CERTIFICATE));
        let other = TempDir::new().unwrap();
        Tls::self_signed(other.path(), &addresses(1), SystemTime::now()).unwrap();
        assert!(fault(&certificate, &other.path().join(KEY)).contains("do not go together"));
    }
}
