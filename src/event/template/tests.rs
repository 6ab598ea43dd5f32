//! What the templates consist of.

use super::*;

pub(crate) fn field_names() -> impl Iterator<Item = &'static str> {
    TABLE.templates.iter().flat_map(|template| {
        template.parts.iter().filter_map(|part| match part {
            TemplatePart::Number(name)
            | TemplatePart::Word(name)
            | TemplatePart::Literal(name, _)
            | TemplatePart::Text(name, _) => Some(*name),
            _ => None,
        })
    })
}

pub(crate) fn fixed_words() -> impl Iterator<Item = &'static [u8]> {
    TABLE.templates.iter().flat_map(|template| {
        template.parts.iter().filter_map(|part| match part {
            TemplatePart::Words(words) => Some(*words),
            _ => None,
        })
    })
}
