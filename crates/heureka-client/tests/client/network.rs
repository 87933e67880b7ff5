//! Over a real socket.

use heureka_client::transport::{HttpConfig, HttpTransport, Proxy};
use heureka_client::{ApiError, CallFailure, EurekaApi, InstanceKey, ServiceUrl};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// Answers one request with `answer`, and gives the request.
async fn one_exchange(listener: TcpListener, answer: &str) -> String {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut request = vec![0; 4096];
    let count = stream.read(&mut request).await.unwrap();
    stream.write_all(answer.as_bytes()).await.unwrap();
    String::from_utf8(request[..count].to_vec()).unwrap()
}

#[tokio::test]
async fn rs8_a_request_goes_over_the_network_with_the_credentials_of_its_url() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = ServiceUrl::parse(&format!("http://me:p%3Aw@127.0.0.1:{port}/eureka/")).unwrap();
    let api = EurekaApi::new(server, &HttpConfig::default()).unwrap();
    let key = InstanceKey::new("orders", "1");
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let (request, cancelled) = tokio::join!(one_exchange(listener, answer), api.cancel(&key));
    cancelled.unwrap();
    let request = request.to_ascii_lowercase();
    assert!(
        request.starts_with("delete /eureka/apps/orders/1 http/1.1\r\n"),
        "{request}"
    );
    // Deviation 15: me:p:w, with the colon in the password.
    assert!(
        request.contains("authorization: basic bwu6cdp3\r\n"),
        "{request}"
    );
    assert!(
        request.contains(&format!("host: 127.0.0.1:{port}\r\n")),
        "{request}"
    );
}

#[tokio::test]
async fn rs8_a_proxy_is_sent_the_whole_url() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut config = HttpConfig::default();
    config.proxy = Some(Proxy::at("127.0.0.1", port).unwrap());
    let server = ServiceUrl::parse("http://eureka.example:8761/eureka/").unwrap();
    let api = EurekaApi::over(HttpTransport::new(&config).unwrap(), server);
    let key = InstanceKey::new("orders", "1");
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let (request, cancelled) = tokio::join!(one_exchange(listener, answer), api.cancel(&key));
    cancelled.unwrap();
    let line = "DELETE http://eureka.example:8761/eureka/apps/ORDERS/1 HTTP/1.1\r\n";
    assert!(request.starts_with(line), "{request}");
}

#[tokio::test]
async fn rs8_a_server_that_is_not_there_is_not_reached() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let server = ServiceUrl::parse(&format!("http://127.0.0.1:{port}/eureka/")).unwrap();
    let api = EurekaApi::new(server, &HttpConfig::default()).unwrap();
    let failed = api.applications(&[]).await.unwrap_err();
    assert!(matches!(
        failed,
        ApiError::Failed {
            failure: CallFailure::Unreachable(_),
            ..
        }
    ));
}
