//! The secrets of `-E`: several between commas, or in a file.

use std::fs;

use anyhow::{Context, Result};

use crate::print::Secrets;

/// Reads the secrets that were typed: `file name` among them stands for the lines of a file.
pub(super) fn parse(typed: &str) -> Result<Secrets> {
    let mut secrets = Secrets::default();
    for secret in typed
        .split([',', '\n'])
        .filter(|secret| !secret.trim().is_empty())
    {
        match file_name(secret) {
            Some(name) => add_file(&mut secrets, name)?,
            None => secrets.add(secret).context("-E")?,
        }
    }
    Ok(secrets)
}

fn file_name(secret: &str) -> Option<&str> {
    let (first, rest) = secret.trim_start().split_once([' ', '\t'])?;
    first.eq_ignore_ascii_case("file").then(|| rest.trim())
}

fn add_file(secrets: &mut Secrets, name: &str) -> Result<()> {
    let text = fs::read_to_string(name).with_context(|| name.to_owned())?;
    for (number, line) in (1..).zip(text.lines()) {
        if !line.trim().is_empty() && !line.starts_with('#') {
            secrets
                .add(line)
                .with_context(|| format!("{name}: line {number}"))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_come_from_the_command_line_and_from_files() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("secrets");
        fs::write(
            &path,
            "# those of the lab\n\n1@192.0.2.1 none:a\n2@192.0.2.1 des-cbc:short\n",
        )
        .unwrap();
        let typed = format!("3@192.0.2.1 none:b,file {}", path.display());
        let error = format!("{:#}", parse(&typed).unwrap_err());
        assert!(
            error.ends_with("secrets: line 4: des-cbc takes a key of 8 bytes, not of 5"),
            "{error}"
        );
        fs::write(&path, "1@192.0.2.1 none:a\n").unwrap();
        assert!(!parse(&typed).unwrap().is_empty());
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = format!("{:#}", parse("file /nonexistent/keys").unwrap_err());
        assert!(error.starts_with("/nonexistent/keys: No such file"), "{error}");
    }
}
