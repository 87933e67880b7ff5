//! Passwords and tokens are for servers alone.

use heureka_client::test_util::{Behaviour, FakeEureka};
use heureka_client::{Error, EurekaApi, InstanceKey, ServiceUrl};
use tracing_subscriber::filter::LevelFilter;

use crate::log::Log;
use crate::support::{happened, shop, sleep_secs};

const PASSWORD: &str = "pa55word";
const TOKEN: &str = "t0ken-of-mine";

#[track_caller]
fn check(what: &str, text: &str) {
    for secret in [PASSWORD, TOKEN] {
        assert!(!text.contains(secret), "{what}: {text}");
    }
}

fn url_with_password(eureka: &FakeEureka) -> String {
    eureka.urls()[0].replace("http://", &format!("http://admin:{PASSWORD}@"))
}

fn behaviours() -> Vec<Behaviour> {
    vec![
        Behaviour::Answer,
        Behaviour::Refuse,
        Behaviour::Hang,
        Behaviour::Status(401),
        Behaviour::Status(500),
        Behaviour::Html,
        Behaviour::Garbage,
        Behaviour::BreakOff,
        Behaviour::Endless,
        Behaviour::WrongHash,
        Behaviour::Redirect("http://eureka-1.fake:8761/eureka/".into()),
    ]
}

#[tokio::test(start_paused = true)]
async fn rs8_no_log_event_or_error_has_a_password_or_a_token() {
    let log = Log::down_to(LevelFilter::TRACE);
    for behaviour in behaviours() {
        let eureka = FakeEureka::new();
        let builder = eureka.client().register(shop("s-1")).allow_redirects(true);
        let builder = builder.server(url_with_password(&eureka));
        let builder = builder.bearer(|| async { Ok(TOKEN.to_owned()) });
        check("builder", &format!("{builder:?}"));
        let client = builder.start().await.unwrap();
        let mut events = client.events();
        eureka.all_behave(behaviour.clone());
        sleep_secs(120).await;
        check("events", &format!("{:?}", happened(&mut events)));
        check("client", &format!("{client:?} {:?}", client.stats()));
        if let Err(error) = client.shutdown().await {
            check("farewell", &format!("{error} {error:?}"));
        }
        check("log", &log.take().join("\n"));
    }
}

#[tokio::test(start_paused = true)]
async fn rs8_no_failed_start_tells_a_password() {
    for behaviour in behaviours() {
        let eureka = FakeEureka::new();
        eureka.all_behave(behaviour);
        let builder = heureka_client::EurekaClient::builder();
        let builder = builder.server(url_with_password(&eureka)).transport(eureka);
        if let Err(error) = builder.insist_on_fetch(true).start().await {
            check("start", &format!("{error} {error:?}"));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn rs14_what_is_no_url_is_not_repeated() {
    let builder = heureka_client::EurekaClient::builder();
    let builder = builder.server(format!("admin:{PASSWORD}@eureka:8761"));
    let error: Error = builder.start().await.unwrap_err();
    check("start", &format!("{error} {error:?}"));
}

#[tokio::test(start_paused = true)]
async fn rs15_no_error_of_the_protocol_tells_a_password() {
    for behaviour in behaviours() {
        let eureka = FakeEureka::new();
        let server = ServiceUrl::parse(&url_with_password(&eureka)).unwrap();
        eureka.all_behave(behaviour);
        let api = EurekaApi::over(eureka, server);
        if let Err(error) = api.instance(&InstanceKey::new("shop", "s-1")).await {
            check("api", &format!("{error} {error:?}"));
        }
        check("api", &format!("{api:?}"));
    }
}
