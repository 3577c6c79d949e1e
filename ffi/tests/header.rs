//! The header that is committed is the one that the sources give.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;

#[test]
fn the_header_is_as_the_sources_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = cbindgen::Config::from_file(root.join("cbindgen.toml")).unwrap();
    // in the order in which a reader needs them
    let files = [
        "error",
        "handle",
        "dataset",
        "interrupt",
        "frequency",
        "group",
        "each",
        "products",
        "page",
        "tables",
        "individual",
        "write",
        "annotate",
        "beacon",
        "compact",
        "consent",
        "policy",
        "published",
    ];
    let mut builder = cbindgen::Builder::new().with_config(config);
    for file in files {
        builder = builder.with_src(root.join("src").join(format!("{file}.rs")));
    }
    let mut generated = Vec::new();
    builder.generate().unwrap().write(&mut generated);
    let generated = String::from_utf8(generated).unwrap();
    let path = root.join("include/varidex.h");
    if std::env::var_os("UPDATE_HEADER").is_some() {
        std::fs::write(&path, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == generated,
        "include/varidex.h is not what the sources give: UPDATE_HEADER=1 cargo test -p varidex-ffi --test header"
    );
}

#[test]
fn the_header_bears_the_version_of_the_crate() {
    let header = include_str!("../include/varidex.h");
    for (name, value) in [
        ("MAJOR", env!("CARGO_PKG_VERSION_MAJOR")),
        ("MINOR", env!("CARGO_PKG_VERSION_MINOR")),
        ("PATCH", env!("CARGO_PKG_VERSION_PATCH")),
    ] {
        let line = format!("#define VDX_VERSION_{name} {value}\n");
        assert!(header.contains(&line), "{line}");
    }
}
