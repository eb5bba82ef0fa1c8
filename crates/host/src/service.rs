//! Which part answers a request: the relay, the page's configuration, or a file.

use std::{convert::Infallible, sync::Arc, time::Instant};

use anyhow::{Result, bail};
use http_body_util::Full;
use hyper::{Method, Request, Response, StatusCode, body::Bytes, body::Incoming, header};

use crate::{
    closing::Closing,
    files::{Answer, Site, finish, response},
    gate::Pass,
    options::Options,
    proxy::Proxied,
    relay::{self, Relay},
    site_config::{self, Relays},
};

/// Everything there is to answer with.
pub struct Service {
    site: Site,
    relay: Option<Relay>,
    relays: Relays,
    proxied: Option<Proxied>,
}

impl Service {
    /// Opens the folder.
    ///
    /// # Errors
    /// There is no page in it, or its paceline.json cannot be understood.
    pub fn open(options: &Options) -> Result<Self> {
        let site = Site::open(&options.dir)?;
        if let Some(fault) = site.text(&format!("/{}", site_config::NAME)).as_deref().and_then(site_config::fault) {
            bail!("{} in {} is no JSON object: {fault}", site_config::NAME, options.dir.display());
        }
        let relay = (!options.no_relay).then(|| Relay::new(options.strict_clock));
        let proxied = options.behind_proxy.map(|header| Proxied::new(header, options.limits()));
        Ok(Self { site, relay, relays: options.relays(), proxied })
    }

    /// Whether there is a relay.
    pub fn has_relay(&self) -> bool {
        self.relay.is_some()
    }

    /// Answers one request.
    pub async fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
        pass: Arc<Pass>,
        closing: Closing,
    ) -> Result<Answer, Infallible> {
        if let Some(relay) = &self.relay
            && last_segment(request.uri().path()) == relay::NAME
            && request.method() == Method::GET
        {
            let pass = match &self.proxied {
                None => Some(pass),
                Some(proxied) => proxied.enter(request.headers(), pass, Instant::now()).map(Arc::new),
            };
            return Ok(pass.map_or_else(busy, |pass| relay.answer(request, pass, closing)));
        }
        // Reading and compressing block; a connection must not hold up the others.
        let answer = tokio::task::spawn_blocking(move || self.file(&request)).await;
        Ok(answer.unwrap_or_else(|_| {
            let mut failed = Response::new(Full::new(Bytes::new()));
            *failed.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            failed
        }))
    }

    fn file(&self, request: &Request<Incoming>) -> Answer {
        let path = request.uri().path();
        let read = [Method::GET, Method::HEAD].contains(request.method());
        if read && last_segment(path) == site_config::NAME {
            let own = self.site.text(path);
            if let Some(config) = site_config::compose(own.as_deref(), self.relays) {
                let json = response(StatusCode::OK)
                    .header(header::CONTENT_TYPE, "application/json")
                    .header(header::CACHE_CONTROL, "no-cache");
                return finish(json, config);
            }
        }
        self.site.answer(request.method(), path, request.headers())
    }
}

/// What a client hears that speaks plain http to a port of https.
///
/// # Errors
/// None.
pub fn only_https(request: &Request<Incoming>) -> Result<Answer, Infallible> {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let link = format!("https://{host}{path}");
    let words = format!("This host speaks https, not http. Open {link}\n");
    let moved = response(StatusCode::TEMPORARY_REDIRECT)
        .header(header::LOCATION, link)
        .header(header::CONTENT_TYPE, "text/plain; charset=utf-8");
    Ok(finish(moved, words))
}

/// What a client hears of whose address there are too many behind the proxy.
fn busy() -> Answer {
    let busy = response(StatusCode::SERVICE_UNAVAILABLE)
        .header(header::RETRY_AFTER, "10")
        .header(header::CONTENT_TYPE, "text/plain; charset=utf-8");
    finish(busy, "Too many connections right now; try again in a few seconds.\n")
}

fn last_segment(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}
