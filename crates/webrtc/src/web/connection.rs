//! One `RTCPeerConnection` as a handle that can be cloned: descriptions and candidates in and out. Who opened it closes it.

use js_sys::{Array, Promise, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    RtcConfiguration, RtcIceCandidateInit, RtcIceServer, RtcOfferOptions, RtcPeerConnection, RtcSdpType,
    RtcSessionDescriptionInit,
};

use crate::{
    config::{Config, IceTransportPolicy},
    error::Error,
    ice,
    negotiation::Candidate,
};

/// A handle; clones are the same connection.
#[derive(Clone)]
pub(super) struct Connection(pub(super) RtcPeerConnection);

impl Connection {
    pub(super) fn new(config: &Config) -> Result<Self, Error> {
        let known = Reflect::has(&js_sys::global(), &JsValue::from_str("RTCPeerConnection"));
        if !known.unwrap_or(false) {
            return Err(Error::Unavailable);
        }
        let made = RtcPeerConnection::new_with_configuration(&configuration(config));
        made.map(Self).map_err(|thrown| browser("create a connection", &thrown))
    }

    /// Has the certificate made ahead of time. An offer that is not applied changes nothing.
    pub(super) fn warm_up(&self) {
        let offer = self.0.create_offer();
        spawn_local(async move {
            let _unused = JsFuture::from(offer).await;
        });
    }

    pub(super) async fn create_offer(&self) -> Result<String, Error> {
        description(self.0.create_offer(), "make an offer").await
    }

    /// An offer that has all paths found anew.
    pub(super) async fn create_restart(&self) -> Result<String, Error> {
        let options = RtcOfferOptions::new();
        options.set_ice_restart(true);
        description(self.0.create_offer_with_rtc_offer_options(&options), "look for new paths").await
    }

    pub(super) async fn create_answer(&self) -> Result<String, Error> {
        description(self.0.create_answer(), "make an answer").await
    }

    pub(super) async fn set_local(&self, kind: RtcSdpType, sdp: &str) -> Result<(), Error> {
        settled(self.0.set_local_description(&init(kind, sdp)), "take its own description").await
    }

    pub(super) async fn set_remote(&self, kind: RtcSdpType, sdp: &str) -> Result<(), Error> {
        settled(self.0.set_remote_description(&init(kind, sdp)), "take the other side's description").await
    }

    /// Our description with the candidates gathered so far.
    pub(super) fn local_sdp(&self) -> Result<String, Error> {
        let missing = || Error::Browser { step: "describe itself", message: "no description".to_owned() };
        self.0.local_description().map(|description| description.sdp()).ok_or_else(missing)
    }

    /// Hands a candidate over. One that the browser does not like is no reason to give up: others may do.
    pub(super) fn add_candidate(&self, candidate: &Candidate) {
        if candidate.line.is_empty() {
            return;
        }
        let init = RtcIceCandidateInit::new(&candidate.line);
        match &candidate.mid {
            Some(mid) => init.set_sdp_mid(Some(mid)),
            None => init.set_sdp_m_line_index(Some(0)),
        }
        let added = self.0.add_ice_candidate_with_opt_rtc_ice_candidate_init(Some(&init));
        spawn_local(async move {
            if let Err(thrown) = JsFuture::from(added).await {
                tracing::debug!("candidate refused: {}", text(&thrown));
            }
        });
    }
}

fn configuration(config: &Config) -> RtcConfiguration {
    let (usable, _) = ice::sift(&config.ice_servers);
    let servers: Array = usable.iter().map(ice_server).collect();
    let js = RtcConfiguration::new();
    js.set_ice_servers(&servers);
    js.set_ice_transport_policy(match config.ice_transport_policy {
        IceTransportPolicy::All => web_sys::RtcIceTransportPolicy::All,
        IceTransportPolicy::Relay => web_sys::RtcIceTransportPolicy::Relay,
    });
    js
}

fn ice_server(server: &crate::IceServer) -> RtcIceServer {
    let js = RtcIceServer::new();
    let urls: Array = server.urls.iter().map(|url| JsValue::from_str(url)).collect();
    js.set_urls(&urls);
    if let Some(username) = &server.username {
        js.set_username(username);
    }
    if let Some(credential) = &server.credential {
        js.set_credential(credential);
    }
    js
}

fn init(kind: RtcSdpType, sdp: &str) -> RtcSessionDescriptionInit {
    let init = RtcSessionDescriptionInit::new(kind);
    init.set_sdp(sdp);
    init
}

async fn description(made: Promise, step: &'static str) -> Result<String, Error> {
    let made = JsFuture::from(made).await.map_err(|thrown| browser(step, &thrown))?;
    let sdp = Reflect::get(&made, &JsValue::from_str("sdp")).ok().and_then(|sdp| sdp.as_string());
    sdp.ok_or_else(|| Error::Browser { step, message: "no description".to_owned() })
}

async fn settled(promise: Promise, step: &'static str) -> Result<(), Error> {
    JsFuture::from(promise).await.map(drop).map_err(|thrown| browser(step, &thrown))
}

pub(super) fn browser(step: &'static str, thrown: &JsValue) -> Error {
    Error::Browser { step, message: text(thrown) }
}

/// What was thrown, in words: public errors carry no JS objects.
fn text(thrown: &JsValue) -> String {
    let message = Reflect::get(thrown, &JsValue::from_str("message")).ok().and_then(|message| message.as_string());
    message.unwrap_or_else(|| format!("{thrown:?}"))
}
