//! The typed values of BCF.

/// A QUAL or an INFO number that is not there.
pub const FLOAT_MISSING: u32 = 0x7f80_0001;
/// What every other NaN becomes: some bit patterns have a meaning in BCF.
const FLOAT_NAN: u32 = 0x7fc0_0000;
/// Copies that a sample does not have, in 8 bits.
pub const ABSENT: u8 = 0x81;

/// A key of the dictionary.
pub fn key(out: &mut Vec<u8>, number: u32) {
    integers(out, &[i32::try_from(number).ok()]);
}

/// A type byte, with the length apart where it does not fit.
pub fn descriptor(out: &mut Vec<u8>, length: usize, code: u8) {
    if length < 15 {
        out.push((length as u8) << 4 | code);
    } else {
        out.push(0xf0 | code);
        integers(out, &[i32::try_from(length).ok()]);
    }
}

/// Text.
pub fn string(out: &mut Vec<u8>, text: &[u8]) {
    descriptor(out, text.len(), 7);
    out.extend_from_slice(text);
}

/// Integers in the narrowest width with reserved values that they avoid; of 32 bits, the reserved ones
/// are missing.
pub fn integers(out: &mut Vec<u8>, values: &[Option<i32>]) {
    vectors(out, values.len(), values);
}

/// One integer for each sample, or none.
pub fn integer_each(out: &mut Vec<u8>, values: &[Option<i32>]) {
    vectors(out, 1, values);
}

/// Integers in vectors of a length.
fn vectors(out: &mut Vec<u8>, length: usize, values: &[Option<i32>]) {
    let fits = |low: i32, high: i32| values.iter().flatten().all(|v| (low..=high).contains(v));
    if fits(-120, 127) {
        descriptor(out, length, 1);
        out.extend(values.iter().map(|v| v.map_or(0x80, |v| v as i8 as u8)));
    } else if fits(-32_760, 32_767) {
        descriptor(out, length, 2);
        let words = values.iter().map(|v| v.map_or(i16::MIN, |v| v as i16));
        out.extend(words.flat_map(i16::to_le_bytes));
    } else {
        descriptor(out, length, 3);
        let words = values
            .iter()
            .map(|v| v.filter(|&v| v >= i32::MIN + 8).unwrap_or(i32::MIN));
        out.extend(words.flat_map(i32::to_le_bytes));
    }
}

/// A text for each of `count` samples, of at most `width` bytes: those given, by sample, and `.` for others.
pub fn string_each(out: &mut Vec<u8>, count: usize, width: usize, texts: &[(usize, Vec<u8>)]) {
    descriptor(out, width, 7);
    let start = out.len();
    let mut missing = vec![0; width];
    if let Some(first) = missing.first_mut() {
        *first = b'.';
    }
    (0..count).for_each(|_| out.extend_from_slice(&missing));
    for (sample, text) in texts {
        let place = out.get_mut(start + sample * width..start + (sample + 1) * width);
        if let Some((written, rest)) =
            place.and_then(|place| place.split_at_mut_checked(text.len()))
        {
            written.copy_from_slice(text);
            rest.fill(0);
        }
    }
}

/// The bits of a float.
pub fn float(value: Option<f32>) -> u32 {
    match value {
        None => FLOAT_MISSING,
        Some(value) if value.is_nan() => FLOAT_NAN,
        Some(value) => value.to_bits(),
    }
}

/// Floats.
pub fn floats(out: &mut Vec<u8>, values: &[Option<f32>]) {
    descriptor(out, values.len(), 5);
    out.extend(values.iter().flat_map(|&v| float(v).to_le_bytes()));
}
