//! Signatures of published files: ed25519 (RFC 8032) over a line with the file's digest, beside the file in `NAME.sig`.
//!
//! Keys are PEM as `openssl genpkey -algorithm ed25519` writes them, and `openssl pkey -pubout` of them. What is signed is
//! `varidex published DIGEST` and a line feed, the digest in hexadecimal digits, so that other programs can check it, too.

use crate::failure::Failure;
use ed25519_dalek::pkcs8::{DecodePrivateKey as _, spki::DecodePublicKey as _};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use varidex::{Error, Published};

/// Bytes of a key or a signature that are read at most.
const READ_MAX: u64 = 65_536;

/// Where the signature of a file is.
pub(crate) fn path_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".sig");
    PathBuf::from(name)
}

fn message(file: &Published) -> String {
    let digest = file.digest().iter();
    let digest: String = digest.map(|byte| format!("{byte:02x}")).collect();
    format!("varidex published {digest}\n")
}

/// The bytes of a key or a signature, which are few, and of a file that ends.
fn read_bytes(file: &Path) -> Result<Vec<u8>, Error> {
    let failed = |e| Error::io(file, e);
    if !fs::metadata(file).map_err(failed)?.is_file() {
        return Err(refused(file, "a file", "something else"));
    }
    let mut bytes = Vec::new();
    let opened = File::open(file).map_err(failed)?;
    opened
        .take(READ_MAX)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    Ok(bytes)
}

/// The text of a key.
pub(crate) fn read_text(file: &Path) -> Result<String, Error> {
    let text = String::from_utf8(read_bytes(file)?);
    text.map_err(|_| refused(file, "text", "other bytes"))
}

pub(crate) fn refused(file: &Path, expected: &str, found: impl std::fmt::Display) -> Error {
    let file = file.display();
    Error::Usage(format!("{file}: expected {expected}, found {found}"))
}

/// The private key of a file.
pub(crate) fn private_key(file: &Path) -> Result<SigningKey, Failure> {
    let key = SigningKey::from_pkcs8_pem(&read_text(file)?);
    Ok(key.map_err(|e| refused(file, "an ed25519 private key in PEM", e))?)
}

/// The public key of a file.
pub(crate) fn public_key(file: &Path) -> Result<VerifyingKey, Failure> {
    let key = VerifyingKey::from_public_key_pem(&read_text(file)?);
    Ok(key.map_err(|e| refused(file, "an ed25519 public key in PEM", e))?)
}

/// Writes the signature of a published file, whole or not at all.
pub(crate) fn sign(file: &Published, key: &SigningKey, to: &Path) -> Result<(), Failure> {
    let failed = |e| Error::io(to, e);
    let directory = match to.parent() {
        Some(directory) if directory != Path::new("") => directory,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".varidex-sig-");
    // temporary files are private by default; a signature is read by whom the umask allows
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut temporary = builder.tempfile_in(directory).map_err(failed)?;
    let signature = key.sign(message(file).as_bytes()).to_bytes();
    temporary.write_all(&signature).map_err(failed)?;
    temporary.as_file().sync_all().map_err(failed)?;
    temporary.persist(to).map_err(|e| failed(e.error))?;
    Ok(())
}

/// Whether the signature beside a published file is of it, by the key of who published it.
pub(crate) fn is_signed(file: &Published, key: &VerifyingKey) -> Result<bool, Failure> {
    let from = path_of(file.path());
    let bytes = read_bytes(&from)?;
    let Ok(signature) = Signature::from_slice(&bytes) else {
        let found = format!("{} bytes", bytes.len());
        return Err(refused(&from, "a signature of 64 bytes", found).into());
    };
    let verified = key.verify_strict(message(file).as_bytes(), &signature);
    Ok(verified.is_ok())
}
