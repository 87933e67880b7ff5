//! What nobody asks for any longer is not kept.

use std::sync::Arc;

use heureka_wire::Form;

use crate::earlier::Earlier;
use crate::shape::Shape;
use crate::tree::{Listing, Node};

/// The forms that are still asked for.
#[derive(Clone, Debug, Default)]
pub struct AskedForms {
    plain: Vec<usize>,
    packed: Vec<usize>,
}

impl AskedForms {
    /// Adds a form, as it is or packed, whether a listing or an application was asked for in it.
    pub fn add(&mut self, form: Form, is_packed: bool) {
        let slots = if is_packed {
            &mut self.packed
        } else {
            &mut self.plain
        };
        slots.extend([Shape::listing(form).slot(), Shape::application(form).slot()]);
    }

    pub(crate) fn has_plain(&self, slot: usize) -> bool {
        self.plain.contains(&slot)
    }

    pub(crate) fn has_packed(&self, slot: usize) -> bool {
        self.packed.contains(&slot)
    }
}

impl Listing {
    /// The same rows, with what was made of them in these forms and no other. It takes a look at each leaf.
    #[must_use]
    pub fn keeping(self, forms: &AskedForms) -> Self {
        let mut root = self.into_root();
        if let Some(root) = &mut root {
            forget_others(root, forms);
        }
        Self::of_root(root)
    }
}

fn forget_others(node: &mut Arc<Node>, forms: &AskedForms) {
    match Arc::make_mut(node) {
        Node::Leaf(leaf) => {
            leaf.earlier = Earlier::default();
            leaf.memo = leaf.memo.with(|memo| memo.keeping(forms));
        }
        Node::Branch(branch) => {
            branch.memo = branch.memo.with(|memo| memo.keeping(forms));
            let children = branch.parts.children.iter_mut();
            children.for_each(|child| forget_others(child, forms));
        }
    }
}
