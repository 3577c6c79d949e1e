//! Inputs of one sample each, put together to one batch: it carries what each of them carries alone.

use crate::dataset::{DATASET, ask_everything, export};
use std::collections::BTreeMap;
use varidex::testing::Files;
use varidex::{BuildOptions, ExportFormat, Report, Result, View};

/// Samples of one input of the fuzzer.
const SAMPLES_MAX: usize = 5;

/// The first byte says how the rest is read: records of samples, a line `=` between two.
pub fn merged(data: &[u8]) {
    let Some((&how, content)) = data.split_first() else {
        return;
    };
    let bit = |n: u32| how >> n & 1 != 0;
    let files = Files::default();
    let mut names = Vec::new();
    for (sample, records) in split(content).enumerate() {
        let name = format!("{sample}.vcf");
        let header = "##fileformat=VCFv4.5\n##contig=<ID=1>\n##contig=<ID=2>\n##FILTER=<ID=q,Description=\"\">\n\
            ##INFO=<ID=END,Number=1,Type=Integer,Description=\"\">\n\
            ##INFO=<ID=SVLEN,Number=A,Type=Integer,Description=\"\">\n\
            ##INFO=<ID=NOTE,Number=.,Type=String,Description=\"\">\n\
            ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"\">\n\
            #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS";
        let mut text = format!("{header}{sample}\n").into_bytes();
        text.extend_from_slice(records);
        files.write(&name, text);
        names.push(name);
    }
    let options = BuildOptions {
        skip_malformed: bit(0),
        sort: bit(1),
        info: if bit(2) {
            vec!["NOTE".to_owned()]
        } else {
            Vec::new()
        },
        threads: Some(1),
        memory: 1 << 20,
        ..BuildOptions::default()
    };
    let inputs: Vec<&str> = names.iter().map(String::as_str).collect();
    let alone: Vec<Result<(Report, View)>> = (0..inputs.len())
        .map(|n| built(&files, &inputs[n..=n], &format!("{n}.vdx"), &options))
        .collect();
    let Ok((report, view)) = built(&files, &inputs, DATASET, &options) else {
        let names = [b"chr".as_slice(), b"CHR", b"NC_", b"CM"];
        let named = names
            .iter()
            .any(|name| content.windows(name.len()).any(|w| w == *name));
        // two names of a contig may be refused in one input because of what others call it
        assert!(
            named || alone.iter().any(Result::is_err),
            "each can be built alone"
        );
        return;
    };
    assert_eq!(report.records, report.stored + report.refused_count());
    view.dataset().verify().expect("what was built is sound");
    ask_everything(&view, usize::MAX).expect("what was built can be asked");
    export(&view, ExportFormat::Vcf).expect("what was built can be exported");
    let again = report
        .warnings
        .iter()
        .any(|warned| warned.what.contains("more than once"));
    let alone: Vec<(Report, View)> = alone.into_iter().flatten().collect();
    if alone.len() == inputs.len() && !again {
        let carried = |view: &View| carriers(view).expect("what was built can be asked");
        let expected: usize = alone
            .iter()
            .map(|(_, view)| carried(view).values().sum::<usize>())
            .sum();
        assert_eq!(carried(&view).values().sum::<usize>(), expected);
    }
}

/// The records of each sample.
fn split(content: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(content);
    let each = std::iter::from_fn(move || {
        let all = rest.take()?;
        let at = all.windows(3).position(|window| window == b"\n=\n");
        match at {
            Some(at) => {
                rest = Some(&all[at + 3..]);
                Some(&all[..=at])
            }
            None => Some(all),
        }
    });
    each.take(SAMPLES_MAX)
}

fn built(
    files: &Files,
    inputs: &[&str],
    to: &str,
    options: &BuildOptions,
) -> Result<(Report, View)> {
    let report = files.build(inputs, to, options, &mut |_| true)?;
    Ok((report, files.open(to)?.view()))
}

/// Copies that carry, by sample.
fn carriers(view: &View) -> Result<BTreeMap<u32, usize>> {
    let mut found = BTreeMap::new();
    let mut variants = view.variants("all")?;
    while let Some(mut variant) = variants.next()? {
        variant.carriers(|carrier| {
            *found.entry(carrier.sample).or_default() += carrier.carried as usize;
        })?;
    }
    Ok(found)
}
