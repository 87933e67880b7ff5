//! A leaf after edits.

use std::iter::Peekable;

use heureka_model::{AppName, InstanceId};

use super::edit::{Edit, Edited, Left, Replaced, leaves};
use super::node::{Leaf, MAX_LEAF_BYTES};
use crate::row::Row;

/// Up to so many edits of a leaf are made one by one; more are merged with its rows.
const ONE_BY_ONE: usize = 8;

pub(super) fn edit_leaf(leaf: &mut Leaf, edits: &[Edit], replaced: Replaced<'_>) -> Edited {
    if edits.len() > ONE_BY_ONE {
        let last = leaf.rows.last().zip(edits.last());
        let ends = last.is_none_or(|(last, edit)| last.names() <= edit.names());
        let rows = std::mem::take(&mut leaf.rows).into_vec();
        let left = leaf.divided(merged_at_once(rows, edits, replaced));
        return Edited { left, ends };
    }
    leaf.outdate();
    let mut ends = false;
    for edit in edits {
        ends |= leaf.make(edit, replaced);
    }
    if leaf.rows.is_empty() || leaf.totals.weight_bytes > MAX_LEAF_BYTES {
        let rows = std::mem::take(&mut leaf.rows).into_vec();
        let left = leaf.divided(rows);
        return Edited { left, ends };
    }
    let left = Left::Itself;
    Edited { left, ends }
}

impl Leaf {
    /// What is left where it has these rows: one leaf or several, or nothing.
    fn divided(&mut self, rows: Vec<Row>) -> Left {
        let before = self.before.take();
        Left::nodes(leaves(before.clone(), rows), before)
    }

    /// Makes one edit, and follows it in what is known of where rows were before. Says whether another row may be the last
    /// one now.
    fn make(&mut self, edit: &Edit, replaced: Replaced<'_>) -> bool {
        let rows = &mut self.rows;
        let count = rows.len();
        match (find(rows, edit.names()), edit) {
            (Ok(at), Edit::Put(row)) => {
                self.earlier.put_over(at);
                self.totals.add_row(row);
                if let Some(own) = rows.get_mut(at) {
                    let old = std::mem::replace(own, row.clone());
                    self.totals.remove_row(&old);
                    replaced(&old);
                }
                at + 1 == count
            }
            (Ok(at), Edit::TakeOut(_)) => {
                self.earlier.take_out(at);
                self.segments.take_out(at);
                self.totals.remove_row(&rows.remove(at));
                at + 1 == count
            }
            (Err(at), Edit::Put(row)) => {
                self.earlier.put_in(at);
                self.segments.put_in(at, row.app());
                self.totals.add_row(row);
                rows.insert(at, row.clone());
                at == count
            }
            (Err(_), Edit::TakeOut(_)) => false,
        }
    }
}

/// Where the row of these names is, or would be.
fn find(rows: &[Row], names: (&AppName, &InstanceId)) -> Result<usize, usize> {
    // Whatever is known of an instance mostly shares its id, and then no text is read to find the row.
    let shared = rows.iter().position(|row| row.shares_id(names));
    let by_text = || rows.binary_search_by(|row| row.names().cmp(&names));
    shared.map_or_else(by_text, Ok)
}

fn merged_at_once(rows: Vec<Row>, edits: &[Edit], replaced: Replaced<'_>) -> Vec<Row> {
    let mut merged = Vec::with_capacity(rows.len() + edits.len());
    let mut rows = rows.into_iter().peekable();
    for edit in edits {
        merged.extend(rows_before(&mut rows, edit));
        let old = rows.next_if(|row| row.names() == edit.names());
        let row = edit.row();
        if let Some(old) = old.filter(|_| row.is_some()) {
            replaced(&old);
        }
        merged.extend(row);
    }
    merged.extend(rows);
    merged
}

fn rows_before<'a>(
    rows: &'a mut Peekable<impl Iterator<Item = Row>>,
    edit: &'a Edit,
) -> impl Iterator<Item = Row> {
    std::iter::from_fn(move || rows.next_if(|row| row.names() < edit.names()))
}
