//! Identities from the files of OpenSSL and Java.

use heureka_net::{ClientIdentity, InvalidIdentity};
use p12_keystore::{Certificate, EncryptionAlgorithm, KeyStore, KeyStoreEntry, PrivateKey};
use p12_keystore::{MacAlgorithm, PrivateKeyChain};

/// Written by OpenSSL 3: the certificate and key of `ec.pem`, as it does by itself.
const OPENSSL: &[u8] = include_bytes!("identities/openssl.p12");
/// The same of `rsa.pem`, with 3DES and SHA-1 as old versions do.
const LEGACY: &[u8] = include_bytes!("identities/legacy.p12");
/// Written by Java's keytool: one key, two of them, and a certificate without a key.
const JAVA: &[u8] = include_bytes!("identities/java.p12");
const TWO: &[u8] = include_bytes!("identities/two.p12");
const KEYLESS: &[u8] = include_bytes!("identities/keyless.p12");

const PASSWORD: &str = "geheim";

#[test]
fn files_of_openssl_and_java_are_read() {
    for file in [OPENSSL, LEGACY, JAVA] {
        let identity = ClientIdentity::from_pkcs12(file, PASSWORD).unwrap();
        assert_eq!(format!("{identity:?}"), "ClientIdentity { .. }");
    }
}

#[test]
fn what_is_no_identity_is_told() {
    use InvalidIdentity as No;
    for (file, password, expected) in [
        (OPENSSL, "", No::WrongPassword),
        (LEGACY, "Geheim", No::WrongPassword),
        (JAVA, "other", No::WrongPassword),
        (TWO, PASSWORD, No::ManyEntries),
        (KEYLESS, PASSWORD, No::NoEntry),
    ] {
        let error = ClientIdentity::from_pkcs12(file, password).unwrap_err();
        assert_eq!(error, expected);
        assert!(!error.to_string().contains("eheim"), "{error}");
    }
    for garbage in [&b""[..], b"garbage", include_bytes!("identities/ec.pem")] {
        let error = ClientIdentity::from_pkcs12(garbage, PASSWORD).unwrap_err();
        assert!(matches!(error, No::NotPkcs12(_)), "{error:?}");
    }
}

/// A file whose key and certificate belong to different identities, which opens quickly.
fn mismatched() -> Vec<u8> {
    let [ours, other] = [(); 2].map(|()| rcgen::generate_simple_self_signed([]).unwrap());
    let key = PrivateKey::from_der(&ours.signing_key.serialize_der()).unwrap();
    let certificate = Certificate::from_der(other.cert.der()).unwrap();
    let chain = PrivateKeyChain::new("id", key, [certificate]);
    let mut store = KeyStore::new();
    store.add_entry("client", KeyStoreEntry::PrivateKeyChain(chain));
    store
        .writer(PASSWORD)
        .encryption_algorithm(EncryptionAlgorithm::PbeWithHmacSha256AndAes256)
        .encryption_iterations(1)
        .mac_algorithm(MacAlgorithm::HmacSha256)
        .mac_iterations(1)
        .write()
        .unwrap()
}

#[test]
fn a_key_of_somebody_else_is_told() {
    let error = ClientIdentity::from_pkcs12(&mismatched(), PASSWORD).unwrap_err();
    assert_eq!(error, InvalidIdentity::KeyOfAnother);
}

/// The file may be damaged anywhere; every byte of it is set to values that mean much in DER.
#[test]
fn a_damaged_file_is_an_error() {
    let whole = mismatched();
    for end in 0..whole.len() {
        assert!(ClientIdentity::from_pkcs12(&whole[..end], PASSWORD).is_err());
    }
    for at in 0..whole.len() {
        for byte in [0x00, 0x30, 0x7f, 0x80, 0x84, 0xff] {
            let mut damaged = whole.clone();
            damaged[at] = byte;
            assert!(ClientIdentity::from_pkcs12(&damaged, PASSWORD).is_err());
        }
    }
}
