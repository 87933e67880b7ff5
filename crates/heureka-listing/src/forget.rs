//! What nobody asks for any longer is not kept.

use std::sync::Arc;

use heureka_wire::Form;

use crate::shape::Shape;
use crate::tree::{Branch, BranchParts, Leaf, Listing, Node};

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
    pub fn keeping(&self, forms: &AskedForms) -> Self {
        Self::of_root(self.root().map(|root| kept(root, forms)))
    }
}

fn kept(node: &Node, forms: &AskedForms) -> Arc<Node> {
    Arc::new(match node {
        Node::Leaf(leaf) => Node::Leaf(Leaf {
            rows: Arc::clone(&leaf.rows),
            segments: leaf.segments.clone(),
            totals: leaf.totals,
            before: leaf.before.clone(),
            is_reread: false,
            memo: leaf.memo.with(|memo| memo.keeping(forms)),
        }),
        Node::Branch(branch) => {
            let children = branch.parts.children.iter();
            Node::Branch(Branch {
                parts: BranchParts::new(children.map(|child| kept(child, forms)).collect()),
                memo: branch.memo.with(|memo| memo.keeping(forms)),
            })
        }
    })
}
