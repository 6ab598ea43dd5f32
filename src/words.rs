//! Enums whose variants have words, as records, queries and messages write them.

/// Declares an enum with `word()`: `Variant = "word",`. If it begins with `const ALL;`, it has the
/// list of its variants too.
macro_rules! words {
    (
        $(#[$meta:meta])* $vis:vis enum $name:ident {
            const ALL;
            $($(#[$doc:meta])* $variant:ident = $word:literal,)*
        }
    ) => {
        words! { $(#[$meta])* $vis enum $name { $($(#[$doc])* $variant = $word,)* } }

        impl $name {
            $vis const ALL: [Self; [$($word),*].len()] = [$(Self::$variant),*];
        }
    };
    (
        $(#[$meta:meta])* $vis:vis enum $name:ident {
            $($(#[$doc:meta])* $variant:ident = $word:literal,)*
        }
    ) => {
        $(#[$meta])*
        $vis enum $name {
            $($(#[$doc])* $variant,)*
        }

        impl $name {
            $vis fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }
    };
}
pub(crate) use words;
