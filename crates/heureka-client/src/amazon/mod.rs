//! Asking a machine of Amazon about itself, by the second version of its metadata service, which wants a token (7.3.18).

mod config;
mod failure;
mod token;

use std::time::Duration;

use bytes::Bytes;
use heureka_client_core::{
    Address, MetadataSurvey, refreshed_metadata, spot_action_changed, validated_metadata,
};
use heureka_model::{DataCenter, Metadata};
use heureka_net::{AnswerLimits, Client, Dial, DialConfig, DialError, Tls};
use http::{Request, Response, StatusCode};
use tokio::time::{Instant, sleep};
use tracing::{debug, info};

use self::token::Token;

pub use self::{config::ImdsConfig, failure::ImdsFailure};

/// How many bytes an answer may have; the longest is the identity document with less than one KiB.
const MAX_ANSWER_BYTES: usize = 64 * 1024;
/// Time between two attempts at one question (I15).
const PAUSE: Duration = Duration::from_millis(100);
/// How long a survey may take in all. What was not found until then is absent.
const SURVEY_TIME: Duration = Duration::from_secs(60);
/// What tells whether there is a machine of Amazon at all (I18).
const PROBE_PATH: &str = "meta-data/instance-id";

/// The metadata service of a machine of Amazon (I15–I18).
///
/// It is spoken to by the second version of its protocol alone: a service that gives no token is not asked without one,
/// because then anybody who can make this process send a request could ask as well.
#[derive(Clone, Debug)]
pub struct Imds {
    client: Client,
    config: ImdsConfig,
}

/// What came of one question.
enum Told {
    /// A text.
    Text(String),
    /// Nothing: there is no such thing, or it cannot be read.
    Absent,
    /// The token does not count any more.
    TokenExpired,
}

impl Imds {
    /// The service over the machine's network. `tls` counts only for a base URL with https, which Amazon has not.
    #[must_use]
    pub fn new(config: ImdsConfig, tls: Tls) -> Self {
        let client = Client::new(dial_config(&config), tls);
        Self { client, config }
    }

    /// The service over `dial`, such as a simulated network.
    #[must_use]
    pub fn over(dial: impl Dial, config: ImdsConfig, tls: Tls) -> Self {
        let client = Client::over(dial, dial_config(&config), tls);
        Self { client, config }
    }

    /// Whether the process runs on a machine of Amazon, found out by one question (I18).
    pub async fn is_there(&self) -> bool {
        let Ok(token) = self.token_at_once().await else {
            return false;
        };
        let answer = self
            .exchange(token.get(&self.config.base, PROBE_PATH))
            .await;
        answer.is_ok_and(|answer| answer.status() == StatusCode::OK)
    }

    /// What the machine is, for the start of an instance (I15, I16). `machine` is what is known of it otherwise: it takes the
    /// place of what the service does not tell, where [`ImdsConfig::validates_instance_id`] allows that.
    ///
    /// # Errors
    ///
    /// The service cannot be asked or does not know the machine's id, and it has to.
    pub async fn data_center(&self, machine: &Address) -> Result<DataCenter, ImdsFailure> {
        let validates = self.config.validates_instance_id;
        let found = match self.metadata().await {
            Err(failure) if validates => return Err(failure),
            Err(failure) => {
                debug!(%failure, "the metadata service is not there, so the machine's own name counts");
                Metadata::new()
            }
            Ok(found) => found,
        };
        Ok(DataCenter::Amazon(validated_metadata(
            found, validates, machine,
        )?))
    }

    /// What the machine is now, if that is something else than `known` and the service tells it whole (I16). Nothing that
    /// the service fails to do changes what is known.
    pub async fn changed(&self, known: &DataCenter) -> Option<DataCenter> {
        let DataCenter::Amazon(before) = known else {
            return None;
        };
        let found = self.metadata().await;
        let found =
            found.inspect_err(|failure| debug!(%failure, "the metadata service is not there"));
        let now = DataCenter::Amazon(refreshed_metadata(before, found.ok()?)?);
        if spot_action_changed(known, &now) {
            info!("something is about to happen to this spot machine");
        }
        Some(now)
    }

    /// Everything that the service tells (I15).
    ///
    /// # Errors
    ///
    /// It gives no token.
    pub async fn metadata(&self) -> Result<Metadata, ImdsFailure> {
        let until = Instant::now() + SURVEY_TIME;
        let mut token = self.token().await?;
        let mut survey = MetadataSurvey::new(self.config.fails_fast);
        while let Some(path) = survey.next_path().map(str::to_owned) {
            if Instant::now() >= until {
                debug!(path, "the survey of the metadata service takes too long");
                break;
            }
            let mut told = self.ask(&token, &path).await;
            if matches!(told, Told::TokenExpired) {
                token = self.token().await?;
                told = self.ask(&token, &path).await;
            }
            survey.take(match &told {
                Told::Text(text) => Some(text),
                Told::Absent | Told::TokenExpired => None,
            });
        }
        Ok(survey.into_metadata())
    }

    async fn ask(&self, token: &Token, path: &str) -> Told {
        match self.repeated(|| token.get(&self.config.base, path)).await {
            Ok(answer) => told_by(answer),
            Err(error) => {
                debug!(path, %error, "the metadata service does not answer");
                Told::Absent
            }
        }
    }

    async fn token(&self) -> Result<Token, ImdsFailure> {
        let answer = self.repeated(|| Token::request(&self.config.base)).await;
        Token::of(&answer.map_err(ImdsFailure::Unanswered)?)
    }

    async fn token_at_once(&self) -> Result<Token, ImdsFailure> {
        let answer = self.exchange(Token::request(&self.config.base)).await;
        Token::of(&answer.map_err(ImdsFailure::Unanswered)?)
    }

    /// Asks until there is an answer of any kind, as often as configured (I15).
    async fn repeated(
        &self,
        request: impl Fn() -> Request<Bytes>,
    ) -> Result<Response<Bytes>, DialError> {
        let mut attempt = 1;
        loop {
            let answer = self.exchange(request()).await;
            if answer.is_ok() || attempt >= self.config.attempts {
                return answer;
            }
            attempt += 1;
            sleep(PAUSE).await;
        }
    }

    async fn exchange(&self, request: Request<Bytes>) -> Result<Response<Bytes>, DialError> {
        let limits = AnswerLimits {
            deadline: self
                .config
                .connect_timeout
                .saturating_add(self.config.read_timeout),
            max_bytes: MAX_ANSWER_BYTES,
        };
        self.client.send(&self.config.base, request, limits).await
    }
}

/// I15: what is not 200 is absent.
fn told_by(answer: Response<Bytes>) -> Told {
    match answer.status() {
        StatusCode::OK => {
            let text = String::from_utf8(answer.into_body().into());
            text.map_or(Told::Absent, Told::Text)
        }
        StatusCode::UNAUTHORIZED => Told::TokenExpired,
        _ => Told::Absent,
    }
}

fn dial_config(config: &ImdsConfig) -> DialConfig {
    DialConfig {
        connect_timeout: config.connect_timeout,
        ..DialConfig::default()
    }
}
