//! Settings over settings.

use std::collections::BTreeMap;

/// Something of which one layer can lie over another.
pub(super) trait Layered {
    /// This, where `over` says nothing.
    fn under(self, over: Self) -> Self;
}

impl<T> Layered for Option<T> {
    fn under(self, over: Self) -> Self {
        over.or(self)
    }
}

impl<K: Ord, V> Layered for BTreeMap<K, V> {
    fn under(mut self, over: Self) -> Self {
        self.extend(over);
        self
    }
}

impl<T> Layered for Vec<T> {
    fn under(mut self, over: Self) -> Self {
        self.extend(over);
        self
    }
}

/// A struct of settings whose layers lie over each other field by field.
macro_rules! layered {
    ($($(#[$of_struct:meta])* pub struct $name:ident {
        $($(#[$of_field:meta])* $visibility:vis $field:ident: $type:ty,)*
    })*) => {$(
        $(#[$of_struct])*
        #[derive(Clone, Debug, Default, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$of_field])* $visibility $field: $type,)*
        }

        impl Layered for $name {
            fn under(self, over: Self) -> Self {
                Self { $($field: self.$field.under(over.$field),)* }
            }
        }
    )*};
}

pub(super) use layered;
