//! Files that hold a secret: their first line is it, so that it stands on no command line.

use std::{fs, path::Path};

use anyhow::Context as _;

/// The first line of `file`, which `option` names; of an empty file, nothing.
///
/// # Errors
///
/// When it cannot be read, or is no text.
pub fn first_line(option: &str, file: &Path) -> anyhow::Result<String> {
    let text = fs::read_to_string(file).with_context(|| format!("{option} {}", file.display()))?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_counts_and_a_fault_names_option_and_file_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        for (bytes, secret) in
            [(&b"one two \r\nthree\n"[..], "one two "), (b"one", "one"), (b"", ""), (b"\none", "")]
        {
            fs::write(&file, bytes).unwrap();
            assert_eq!(first_line("--x-file", &file).unwrap(), secret);
        }
        fs::write(&file, b"hunter2\xff").unwrap();
        let said = format!("{:#}", first_line("--x-file", &file).unwrap_err());
        assert!(said.starts_with(&format!("--x-file {}", file.display())), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
}
