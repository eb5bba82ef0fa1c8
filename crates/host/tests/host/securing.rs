//! TLS as a browser meets it.

use std::{path::Path, sync::Arc};

use paceline_host::server::Server;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::ring,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
    },
};
use tokio_tungstenite::client_async;

use crate::support::{Host, ask, folder, options};

/// Connects as somebody who trusts the certificate in this folder, and only that.
async fn secured(host: &Host, cache: &Path, name: &'static str) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(cache.join("certificate.pem")).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(host.address).await?;
    TlsConnector::from(Arc::new(config)).connect(ServerName::try_from(name).unwrap(), stream).await
}

#[tokio::test(flavor = "multi_thread")]
async fn page_and_relay_are_reached_over_tls_under_every_name_of_this_machine() {
    let (dir, cache) = (folder(), TempDir::new().unwrap());
    let flags = format!("--self-signed --cache {}", cache.path().display());
    let host = Host::start(dir.path(), &flags).await;
    for name in ["127.0.0.1", "localhost", "::1"] {
        let mut stream = secured(&host, cache.path(), name).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    }
    assert!(secured(&host, cache.path(), "elsewhere.example").await.is_err());
    let stream = secured(&host, cache.path(), "localhost").await.unwrap();
    let (_relay, answer) = client_async("wss://localhost/relay", stream).await.unwrap();
    assert_eq!(answer.status(), 101);
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_with_plain_http_is_shown_the_way() {
    let (dir, cache) = (folder(), TempDir::new().unwrap());
    let flags = format!("--self-signed --cache {}", cache.path().display());
    let host = Host::start(dir.path(), &flags).await;
    let address = host.address;
    let answer = tokio::task::spawn_blocking(move || ask(address, "GET", "/sub/?a=b", "")).await.unwrap();
    assert_eq!((answer.status, answer.header("location")), (307, Some("https://x/sub/?a=b")));
    assert!(String::from_utf8(answer.body).unwrap().contains("speaks https"));
    host.stop().await;
}

#[tokio::test]
async fn a_given_certificate_is_used_and_a_wrong_one_is_named() {
    let (dir, cache) = (folder(), TempDir::new().unwrap());
    let own = format!("--self-signed --cache {}", cache.path().display());
    drop(Server::bind(&options(dir.path(), &own)).await.unwrap());
    let [certificate, key] = ["certificate.pem", "key.pem"].map(|name| cache.path().join(name).display().to_string());
    let given = Server::bind(&options(dir.path(), &format!("--tls {certificate} {key}"))).await.unwrap();
    assert!(given.greeting().contains("https://127.0.0.1:"));
    let swapped = Server::bind(&options(dir.path(), &format!("--tls {key} {certificate}"))).await.err().unwrap();
    assert!(swapped.to_string().contains("key.pem"), "{swapped}");
}
