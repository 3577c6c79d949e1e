//! Which ALT an annotation is of.

/// Alleles of a record.
#[derive(Debug)]
pub(crate) struct SiteAlleles<'a> {
    /// 1-based.
    pub(crate) position: i64,
    pub(crate) reference: &'a [u8],
    pub(crate) alts: Vec<&'a [u8]>,
}

/// Which ALT a name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    /// Its number, from 1.
    One(u32),
    Several,
}

/// How annotators may write each ALT.
pub(super) struct Forms {
    forms: Vec<[String; 4]>,
}

impl SiteAlleles<'_> {
    /// VEP takes away the first base where some allele is of another length and all begin with the
    /// same; with `--minimal`, and after a split of the record, all bases that an ALT shares.
    pub(super) fn forms(&self) -> Forms {
        let text = |bytes: &[u8]| match bytes.is_empty() {
            true => "-".to_owned(),
            false => String::from_utf8_lossy(bytes).into_owned(),
        };
        let cut = |alleles: &[&[u8]]| {
            let bases = |allele: &&&[u8]| allele.iter().all(u8::is_ascii_alphabetic);
            let mut known = alleles.iter().filter(bases);
            let first = self.reference.first();
            let indel = known.clone().any(|a| a.len() != self.reference.len());
            indel
                && known.all(|a| {
                    a.first().map(u8::to_ascii_uppercase) == first.map(u8::to_ascii_uppercase)
                })
        };
        let all_cut = cut(&self.alts);
        let forms = self.alts.iter().map(|&alt| {
            let behind = |cut: bool| match cut && alt.iter().all(u8::is_ascii_alphabetic) {
                true => text(alt.get(1..).unwrap_or_default()),
                false => text(alt),
            };
            [
                behind(all_cut),
                text(alt),
                behind(cut(&[alt])),
                match symbolic(alt) {
                    Some(name) => name.to_owned(),
                    None => text(self.minimal(alt)),
                },
            ]
        });
        Forms {
            forms: forms.collect(),
        }
    }

    /// An ALT without the bases that it shares with REF at both ends.
    fn minimal<'b>(&self, alt: &'b [u8]) -> &'b [u8] {
        let same = |pair: &(&u8, &u8)| pair.0.eq_ignore_ascii_case(pair.1);
        let start = self.reference.iter().zip(alt).take_while(same).count();
        let (reference, alt) = (
            self.reference.get(start..).unwrap_or_default(),
            alt.get(start..).unwrap_or_default(),
        );
        let end = reference.iter().rev().zip(alt.iter().rev());
        let end = end.take_while(same).count();
        alt.get(..alt.len() - end).unwrap_or_default()
    }

    /// The ALTs of a change as bcftools csq writes it, `69134A>G+69136C>T`; all where it does not
    /// tell.
    pub(super) fn by_change(&self, change: &str) -> Vec<u32> {
        let all = 1..=self.alts.len() as u32;
        if self.alts.len() == 1 {
            return all.collect();
        }
        for part in change.split('+') {
            let digits = part.bytes().take_while(u8::is_ascii_digit).count();
            let (position, alleles) = part.split_at(digits);
            if position.parse() != Ok(self.position) {
                continue;
            }
            let Some((_, alt)) = alleles.split_once('>') else {
                continue;
            };
            let found = all.clone().zip(&self.alts);
            let found = found.filter(|(_, known)| known.eq_ignore_ascii_case(alt.as_bytes()));
            let found: Vec<u32> = found.map(|(n, _)| n).collect();
            if !found.is_empty() {
                return found;
            }
        }
        all.collect()
    }
}

impl Forms {
    /// The ALT that is written so.
    pub(super) fn find(&self, allele: &str) -> Found {
        let of = |name: &str| {
            for form in 0..4 {
                let same = |forms: &[String; 4]| {
                    let known = forms.get(form);
                    known.is_some_and(|known| known.eq_ignore_ascii_case(name))
                };
                let mut found = (1..).zip(&self.forms).filter(|(_, forms)| same(forms));
                match (found.next(), found.next()) {
                    (None, _) => {}
                    // two ALTs may become the same only when cut: then it does not decide
                    (Some(_), Some(_)) if form >= 2 => return Found::Several,
                    (Some((number, _)), _) => return Found::One(number),
                }
            }
            Found::Nothing
        };
        // of a tumour, SnpEff writes `G-C`: G, where the germline has C
        match (of(allele), allele.split_once('-')) {
            (Found::Nothing, Some((first, _))) if !first.is_empty() => of(first),
            (found, _) => found,
        }
    }
}

/// VEP's names of symbolic ALTs.
fn symbolic(alt: &[u8]) -> Option<&'static str> {
    let names: [(&[u8], &str); 6] = [
        (b"<DUP:TANDEM", "tandem_duplication"),
        (b"<DEL", "deletion"),
        (b"<DUP", "duplication"),
        (b"<INS", "insertion"),
        (b"<INV", "inversion"),
        (b"<CNV", "copy_number_variation"),
    ];
    let mut known = names.iter();
    known
        .find(|(start, _)| alt.starts_with(start))
        .map(|known| known.1)
}
