//! Published files as crypt4gh containers (GA4GH, version 1): who has a recipient's private key alone reads them.
//!
//! ```text
//! "crypt4gh", u32 1, u32 packets; for each recipient: u32 length with itself, u32 0 (X25519, ChaCha20-Poly1305), 32 bytes of the
//! writer's public key, 12 bytes of nonce, the packet encrypted: u32 0 (data), u32 0 (ChaCha20-Poly1305), 32 bytes of session key
//! segments of up to 65,536 bytes, each: 12 bytes of nonce, the bytes encrypted, 16 bytes of tag
//! ```
//!
//! Numbers are little-endian. The key of a packet is the first half of BLAKE2b-512 of the shared secret of X25519, the reader's
//! public key and the writer's (`crypto_kx` of libsodium). The writer's key pair is made for one container and forgotten. That the last
//! segment is there is not said by the format: a published file has its own digest, which `varidex verify` checks.

use crate::failure::Failure;
use crate::signature::{read_text, refused};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use blake2::{Blake2b512, Digest as _};
use chacha20poly1305::aead::{AeadInOut as _, KeyInit as _};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use varidex::Error;
use x25519_dalek::{X25519_BASEPOINT_BYTES, x25519};
use zeroize::Zeroizing;

/// What names of containers end with.
pub(crate) const ENDING: &str = ".c4gh";
const MAGIC: &[u8] = b"crypt4gh";
const VERSION: u32 = 1;
/// X25519 and ChaCha20-Poly1305; a key of data; ChaCha20-Poly1305 of data.
const METHOD: u32 = 0;
/// Bytes of a segment before they are encrypted.
const SEGMENT: usize = 65_536;
const KEY: usize = 32;
const BEGIN: &str = "-----BEGIN CRYPT4GH PUBLIC KEY-----";
const END: &str = "-----END CRYPT4GH PUBLIC KEY-----";

/// A recipient's public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PublicKey([u8; KEY]);

/// The public key of a file, as `crypt4gh-keygen` writes it.
pub(crate) fn public_key(file: &Path) -> Result<PublicKey, Failure> {
    let text = read_text(file)?;
    let wrong = |found: &str| refused(file, "a crypt4gh public key", found);
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let (begin, key, end) = (lines.next(), lines.next(), lines.next());
    let found = match begin {
        Some(BEGIN) if end == Some(END) && lines.next().is_none() => None,
        Some(line) if line.contains("PRIVATE KEY") => Some("a private key"),
        Some(line) if line.starts_with("ssh-") => Some("a key of SSH"),
        _ => Some("other text"),
    };
    if let Some(found) = found {
        return Err(wrong(found).into());
    }
    let bytes = STANDARD.decode(key.unwrap_or_default());
    let bytes = bytes.map_err(|e| wrong(&format!("no base64: {e}")))?;
    let length = bytes.len();
    let key: Result<[u8; KEY], _> = bytes.try_into();
    let key = key.map_err(|_| wrong(&format!("{length} bytes in the place of {KEY}")))?;
    // of such points every secret is shared with everybody
    match x25519([1; KEY], key) == [0; KEY] {
        true => Err(wrong("a point of small order, with which there is no secret").into()),
        false => Ok(PublicKey(key)),
    }
}

/// Where the container of a file is: `NAME.c4gh`.
pub(crate) fn path_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ENDING);
    PathBuf::from(name)
}

/// Writes the container of a file for some recipients, whole or not at all.
pub(crate) fn encrypt_file(
    from: &Path,
    to: &Path,
    recipients: &[PublicKey],
) -> Result<u64, Failure> {
    let failed = |e| Error::io(to, e);
    let mut plain = File::open(from).map_err(|e| Error::io(from, e))?;
    let directory = match to.parent() {
        Some(directory) if directory != Path::new("") => directory,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".varidex-c4gh-");
    // temporary files are private by default; a container is read by whom the umask allows
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let temporary = builder.tempfile_in(directory).map_err(failed)?;
    let mut out = io::BufWriter::with_capacity(1 << 20, temporary);
    let bytes = encrypt(&mut plain, &mut out, recipients).map_err(failed)?;
    let temporary = out.into_inner().map_err(|e| failed(e.into_error()))?;
    temporary.as_file().sync_all().map_err(failed)?;
    temporary.persist(to).map_err(|e| failed(e.error))?;
    Ok(bytes)
}

/// Writes all that is read as a container. Returns how many bytes that are.
fn encrypt(from: &mut impl Read, to: &mut impl Write, recipients: &[PublicKey]) -> io::Result<u64> {
    let session: Zeroizing<[u8; KEY]> = Zeroizing::new(random()?);
    let head = header(&session, recipients)?;
    to.write_all(&head)?;
    let mut written = head.len() as u64;
    let cipher = ChaCha20Poly1305::new(&Key::from(*session));
    let mut segment = Vec::with_capacity(SEGMENT + 16);
    loop {
        segment.clear();
        from.by_ref()
            .take(SEGMENT as u64)
            .read_to_end(&mut segment)?;
        if segment.is_empty() {
            break;
        }
        let last = segment.len() < SEGMENT;
        let nonce = seal(&cipher, &mut segment)?;
        to.write_all(&nonce)?;
        to.write_all(&segment)?;
        written += (nonce.len() + segment.len()) as u64;
        if last {
            break;
        }
    }
    to.flush()?;
    Ok(written)
}

/// A packet for each recipient, behind what says how many.
fn header(session: &[u8; KEY], recipients: &[PublicKey]) -> io::Result<Vec<u8>> {
    let secret: Zeroizing<[u8; KEY]> = Zeroizing::new(random()?);
    let writer = x25519(*secret, X25519_BASEPOINT_BYTES);
    let mut head = MAGIC.to_vec();
    head.extend(VERSION.to_le_bytes());
    let count = u32::try_from(recipients.len()).map_err(io::Error::other)?;
    head.extend(count.to_le_bytes());
    for PublicKey(reader) in recipients {
        let mut packet = Vec::with_capacity(2 * 4 + KEY + 16);
        packet.extend([METHOD, METHOD].map(u32::to_le_bytes).as_flattened());
        packet.extend(session);
        let shared = Zeroizing::new(x25519(*secret, *reader));
        let cipher = ChaCha20Poly1305::new(&Key::from(*packet_key(&shared, reader, &writer)));
        let nonce = seal(&cipher, &mut packet)?;
        let length = 4 + 4 + KEY + nonce.len() + packet.len();
        head.extend(
            u32::try_from(length)
                .map_err(io::Error::other)?
                .to_le_bytes(),
        );
        head.extend(METHOD.to_le_bytes());
        head.extend(writer);
        head.extend(nonce);
        head.extend(packet);
    }
    Ok(head)
}

/// What a packet is encrypted with, of the secret that reader and writer share.
fn packet_key(shared: &[u8; KEY], reader: &[u8; KEY], writer: &[u8; KEY]) -> Zeroizing<[u8; KEY]> {
    let mut hash = Blake2b512::new();
    for part in [shared, reader, writer] {
        hash.update(part);
    }
    let hash = Zeroizing::new(<[u8; 64]>::from(hash.finalize()));
    let mut key = Zeroizing::new([0; KEY]);
    key.iter_mut()
        .zip(hash.iter())
        .for_each(|(to, from)| *to = *from);
    key
}

/// Encrypts bytes where they are, with their tag behind, and gives the nonce.
fn seal(cipher: &ChaCha20Poly1305, bytes: &mut Vec<u8>) -> io::Result<[u8; 12]> {
    let nonce: [u8; 12] = random()?;
    let sealed = cipher.encrypt_in_place(&Nonce::from(nonce), b"", bytes);
    sealed.map_err(|_| io::Error::other("a segment that cannot be encrypted"))?;
    Ok(nonce)
}

/// Bytes of the system's generator.
fn random<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        reason = "a test that cannot go on fails"
    )]

    use super::*;

    /// What a container holds, with a private key that is one of its recipients'.
    fn decrypt(bytes: &[u8], secret: [u8; KEY]) -> Option<Vec<u8>> {
        let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        assert_eq!((&bytes[..8], number(8)), (MAGIC, 1));
        let reader = x25519(secret, X25519_BASEPOINT_BYTES);
        let (mut at, mut session) = (16, None);
        for _ in 0..number(12) {
            let length = number(at) as usize;
            let packet = &bytes[at..at + length];
            assert_eq!(packet[4..8], [0; 4]);
            let writer: [u8; KEY] = packet[8..40].try_into().unwrap();
            let key = packet_key(&x25519(secret, writer), &reader, &writer);
            let cipher = ChaCha20Poly1305::new(&Key::from(*key));
            let mut text = packet[52..].to_vec();
            let nonce: [u8; 12] = packet[40..52].try_into().unwrap();
            if cipher
                .decrypt_in_place(&Nonce::from(nonce), b"", &mut text)
                .is_ok()
            {
                assert_eq!(text[..8], [0; 8]);
                session = Some(<[u8; KEY]>::try_from(&text[8..]).unwrap());
            }
            at += length;
        }
        let cipher = ChaCha20Poly1305::new(&Key::from(session?));
        let mut all = Vec::new();
        for segment in bytes[at..].chunks(12 + SEGMENT + 16) {
            let nonce: [u8; 12] = segment[..12].try_into().unwrap();
            let mut text = segment[12..].to_vec();
            cipher
                .decrypt_in_place(&Nonce::from(nonce), b"", &mut text)
                .ok()?;
            all.extend(text);
        }
        Some(all)
    }

    #[test]
    fn recipients_and_nobody_else_read_what_was_written() {
        let secrets: [[u8; KEY]; 3] = [[1; KEY], [2; KEY], [3; KEY]];
        let public = secrets.map(|secret| PublicKey(x25519(secret, X25519_BASEPOINT_BYTES)));
        for length in [0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT + 5] {
            let text: Vec<u8> = (0..length).map(|at| (at * 7 % 251) as u8).collect();
            let mut out = Vec::new();
            let bytes = encrypt(&mut &text[..], &mut out, &public[..2]).unwrap();
            assert_eq!(bytes, out.len() as u64);
            assert_eq!(decrypt(&out, secrets[0]).unwrap(), text);
            assert_eq!(decrypt(&out, secrets[1]).unwrap(), text);
            assert_eq!(decrypt(&out, secrets[2]), None);
            if length > 0 {
                let last = out.len() - 1;
                out[last] ^= 1;
                assert_eq!(decrypt(&out, secrets[0]), None);
            }
        }
    }

    include!("crypt4gh_vector.rs");

    /// What the reference implementation wrote is read by the same keys and the same layout.
    #[test]
    fn a_container_of_the_reference_implementation_is_read() {
        let bytes = STANDARD.decode(CONTAINER).unwrap();
        let secret: [u8; KEY] = STANDARD.decode(SECRET).unwrap().try_into().unwrap();
        assert_eq!(decrypt(&bytes, secret).unwrap(), b"varidex and crypt4gh\n");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key.pub");
        std::fs::write(&file, format!("{BEGIN}\n{PUBLIC}\n{END}\n")).unwrap();
        let public = public_key(&file).unwrap();
        assert_eq!(public.0, x25519(secret, X25519_BASEPOINT_BYTES));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key.pub");
        let key = |text: &str| format!("{BEGIN}\n{text}\n{END}\n");
        for (text, expected) in [
            (String::new(), "other text"),
            ("x".repeat(1 << 20), "other text"),
            (key("!!!!"), "no base64"),
            (key("AAAA"), "3 bytes in the place of 32"),
            (key(&STANDARD.encode([0; KEY])), "small order"),
            (key(PUBLIC) + "more", "other text"),
            (format!("{BEGIN}\n{PUBLIC}\n"), "other text"),
            (
                "-----BEGIN CRYPT4GH PRIVATE KEY-----\nAAAA\n".to_owned(),
                "a private key",
            ),
            ("ssh-ed25519 AAAA\n".to_owned(), "a key of SSH"),
        ] {
            std::fs::write(&file, text).unwrap();
            let error = public_key(&file).unwrap_err().message().unwrap();
            assert!(error.contains(expected), "{error}");
            assert!(error.contains("key.pub: expected"), "{error}");
        }
        std::fs::write(&file, [0xff, 0xfe]).unwrap();
        assert!(public_key(&file).is_err());
        assert!(public_key(folder.path()).is_err());
        assert!(public_key(&folder.path().join("none")).is_err());
    }
}
