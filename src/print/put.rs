//! How a printer writes: [`put!`] takes a list of parts, `put!(page, "seq ", first, ":", last)`, and appends them to the page.
//!
//! A literal is a label; every other part is a value, and has its own way of becoming text ([`Put`]).

use super::ink::{self, Kind};

/// Something that can be appended to the text of a packet.
pub(crate) trait Put: Sized {
    /// What it is, where values are marked.
    const KIND: Kind = Kind::Text;

    /// Appends it.
    fn put(self, out: &mut Vec<u8>);

    /// Appends it between marks.
    fn mark(self, out: &mut Vec<u8>) {
        ink::value(out, Self::KIND, |out| self.put(out));
    }
}

/// Appends each of the parts to the page's text, in order. A literal is a label, everything else a value: that is
/// how `--json` knows the fields, and their names from the labels before them.
///
/// All parts are read before the first is written: where a read stops the packet, none of them is shown.
macro_rules! put {
    (@[$page:expr] [$($part:expr,)+]) => {
        match ($($part,)+) {
            parts => $page.out.put(parts),
        }
    };
    (@[$page:expr] [$($done:expr,)*] $label:literal $(, $($rest:tt)*)?) => {
        $crate::print::put::put!(
            @[$page] [$($done,)* $crate::print::put::Label($label),] $($($rest)*)?
        )
    };
    (@[$page:expr] [$($done:expr,)*] $value:expr $(, $($rest:tt)*)?) => {
        $crate::print::put::put!(@[$page] [$($done,)* $value,] $($($rest)*)?)
    };
    ($page:expr, $($part:tt)+) => {
        $crate::print::put::put!(@[$page] [] $($part)+)
    };
}
pub(crate) use put;

/// A text that is no value.
#[derive(Clone, Copy)]
pub(crate) struct Label<P>(pub(crate) P);

impl<P: Put> Put for Label<P> {
    fn put(self, out: &mut Vec<u8>) {
        self.0.put(out);
    }

    fn mark(self, out: &mut Vec<u8>) {
        self.0.put(out);
    }
}

/// A value whose field is called `.0`, whatever the label before it says; with an empty name it is no field.
#[derive(Clone, Copy)]
pub(crate) struct Named<P>(pub(crate) &'static str, pub(crate) P);

impl<P: Put> Put for Named<P> {
    const KIND: Kind = P::KIND;

    fn put(self, out: &mut Vec<u8>) {
        self.1.put(out);
    }

    fn mark(self, out: &mut Vec<u8>) {
        ink::name(out, self.0);
        self.1.mark(out);
    }
}

/// Yes or no, for fields.
#[derive(Clone, Copy)]
pub(crate) struct Truth(pub(crate) bool);

impl Put for Truth {
    const KIND: Kind = Kind::Truth;

    fn put(self, out: &mut Vec<u8>) {
        if self.0 { "true" } else { "false" }.put(out);
    }
}

/// What stands for an address or a port.
#[derive(Clone, Copy)]
pub(crate) struct Whom<P>(pub(crate) P);

impl<P: Put> Put for Whom<P> {
    const KIND: Kind = Kind::Address;

    fn put(self, out: &mut Vec<u8>) {
        self.0.put(out);
    }
}

macro_rules! tuple {
    ($($part:ident)+) => {
        impl<$($part: Put),+> Put for ($($part,)+) {
            #[expect(non_snake_case, reason = "the parts are named by their types")]
            fn put(self, out: &mut Vec<u8>) {
                let ($($part,)+) = self;
                $($part.put(out);)+
            }

            #[expect(non_snake_case, reason = "the parts are named by their types")]
            fn mark(self, out: &mut Vec<u8>) {
                let ($($part,)+) = self;
                $($part.mark(out);)+
            }
        }
    };
}
tuple!(A);
tuple!(A B);
tuple!(A B C);
tuple!(A B C D);
tuple!(A B C D E);
tuple!(A B C D E F);
tuple!(A B C D E F G);
tuple!(A B C D E F G H);
tuple!(A B C D E F G H I);
tuple!(A B C D E F G H I J);
