//! The text of files of Java's properties.

use heureka_client::Settings;

#[test]
fn rs1_a_file_of_properties_is_read() {
    let text = "# a comment\n\
        ! another\n\
        \n\
        eureka.name=orders\n\
        eureka.port : 8080\n\
        eureka.serviceUrl.default=http://a:1/,\\\n\
        \x20   http://b:2/\n\
        \x20 eureka.region = eu\r\n\
        eureka.vipAddress\n\
        eureka.registration.enabled=false";
    let settings = Settings::from_properties_text(text).unwrap();
    assert_eq!(settings.notes(), []);
    assert_eq!(settings.instance.app.as_deref(), Some("orders"));
    assert_eq!(settings.instance.port, Some(8080));
    assert_eq!(settings.service_urls_of("any").len(), 2);
    assert_eq!(settings.region(), "eu");
    assert_eq!(settings.instance.vip, None);
    assert_eq!(settings.registration.register, Some(false));
}

#[test]
fn any_text_is_read_without_harm() {
    for text in [
        "",
        "\\",
        "=",
        ":\\\n",
        "eureka.=x",
        "eureka.metadata.=x",
        "eureka..x=1",
        "\u{0}=\u{0}",
    ] {
        let _ = Settings::from_properties_text(text).unwrap();
    }
}
