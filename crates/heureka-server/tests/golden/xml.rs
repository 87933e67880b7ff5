//! XML bodies in a form in which two of them can be compared: everything counts but the order of what Java keeps in
//! hash maps. Indentation and the forms of empty elements are compared by line (`compare.rs`).

use std::fmt::Write;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    Element(Element),
    /// As it is written, with its entities. White space between elements is left out.
    Text(String),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Element {
    name: String,
    /// As they are written.
    attributes: String,
    children: Vec<Node>,
}

/// The body as text in one order, or `None` where it is not well-formed.
pub(crate) fn canonical(body: &str) -> Option<String> {
    let mut root = parse(body)?;
    sort(&mut root);
    Some(text_of(&root))
}

/// The names of the elements, without their texts.
pub(crate) fn shape(body: &str) -> Option<String> {
    let mut root = parse(body)?;
    blank(&mut root);
    Some(text_of(&root))
}

/// The document as an element without a name, whose children are what stands at the top.
fn parse(body: &str) -> Option<Element> {
    let mut reader = Reader::from_str(body);
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) => open.push(start(&tag)),
            Event::Empty(tag) => append(&mut open, Node::Element(start(&tag)))?,
            Event::End(_) => {
                let closed = open.pop()?;
                append(&mut open, Node::Element(closed))?;
            }
            Event::Eof => break,
            Event::Text(text) => append_text(&mut open, &text)?,
            Event::GeneralRef(name) => append_text(&mut open, &format!("&{};", &*name))?,
            other @ (Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_)) => append_text(&mut open, &format!("{other:?}"))?,
        }
    }
    let mut root = (open.len() == 1).then(|| open.pop())??;
    drop_white_space(&mut root);
    Some(root)
}

fn start(tag: &BytesStart<'_>) -> Element {
    Element {
        name: tag.name().as_ref().to_owned(),
        attributes: tag.attributes_raw().to_owned(),
        children: Vec::new(),
    }
}

fn append(open: &mut [Element], node: Node) -> Option<()> {
    open.last_mut()?.children.push(node);
    Some(())
}

/// Text and entities come in pieces.
fn append_text(open: &mut [Element], piece: &str) -> Option<()> {
    match open.last_mut()?.children.last_mut() {
        Some(Node::Text(text)) => {
            text.push_str(piece);
            Some(())
        }
        _ => append(open, Node::Text(piece.to_owned())),
    }
}

fn drop_white_space(element: &mut Element) {
    let has_elements = element
        .children
        .iter()
        .any(|child| matches!(child, Node::Element(_)));
    element.children.retain(|child| match child {
        Node::Text(text) => !(has_elements && text.trim().is_empty()),
        Node::Element(_) => true,
    });
    for child in &mut element.children {
        if let Node::Element(child) = child {
            drop_white_space(child);
        }
    }
}

/// Puts in order what has none: applications, instances, and the keys of metadata.
fn sort(element: &mut Element) {
    for child in &mut element.children {
        if let Node::Element(child) = child {
            sort(child);
        }
    }
    if element.name == "metadata" {
        element.children.sort_by_cached_key(node_text);
    }
    sort_in_place(element, "application", &["name"]);
    sort_in_place(element, "instance", &["instanceId", "hostName"]);
}

/// Sorts the children of one name; everything between them stays where it is.
fn sort_in_place(element: &mut Element, name: &str, keys: &[&str]) {
    let is_meant = |child: &Node| matches!(child, Node::Element(child) if child.name == name);
    let mut sorted: Vec<Node> = element
        .children
        .iter()
        .filter(|child| is_meant(child))
        .cloned()
        .collect();
    sorted.sort_by_cached_key(|child| (name_of(child, keys), node_text(child)));
    let places = element.children.iter_mut().filter(|child| is_meant(child));
    for (place, child) in places.zip(sorted) {
        *place = child;
    }
}

/// The first of `keys` that an element has as a child.
fn name_of(node: &Node, keys: &[&str]) -> String {
    let Node::Element(element) = node else {
        return String::new();
    };
    let child = |key: &&str| {
        element
            .children
            .iter()
            .find(|child| matches!(child, Node::Element(child) if child.name == **key))
    };
    keys.iter()
        .find_map(child)
        .map(node_text)
        .unwrap_or_default()
}

fn blank(element: &mut Element) {
    element.attributes.clear();
    // The keys of metadata are data.
    let has_shape = element.name != "metadata";
    element
        .children
        .retain(|child| has_shape && matches!(child, Node::Element(_)));
    for child in &mut element.children {
        if let Node::Element(child) = child {
            blank(child);
        }
    }
}

fn node_text(node: &Node) -> String {
    match node {
        Node::Element(element) => text_of(element),
        Node::Text(text) => text.clone(),
    }
}

fn text_of(element: &Element) -> String {
    let mut text = String::new();
    let Element {
        name,
        attributes,
        children,
    } = element;
    if !name.is_empty() {
        write!(text, "<{name}{attributes}>").unwrap();
    }
    children
        .iter()
        .for_each(|child| text.push_str(&node_text(child)));
    if !name.is_empty() {
        write!(text, "</{name}>").unwrap();
    }
    text
}

#[test]
fn only_applications_instances_and_metadata_have_no_order() {
    let order = |body: &str| canonical(body).unwrap();
    let app = |name: &str| format!("<application>\n  <name>{name}</name>\n</application>");
    let apps = |one: &str, two: &str| format!("<apps><v>1</v>{}{}</apps>", app(one), app(two));
    assert_eq!(order(&apps("A", "B")), order(&apps("B", "A")));
    assert_eq!(
        order("<metadata><a>1</a><b>2</b></metadata>"),
        order("<metadata><b>2</b><a>1</a></metadata>")
    );
    assert_ne!(
        order("<instance><a>1</a><b>2</b></instance>"),
        order("<instance><b>2</b><a>1</a></instance>")
    );
}

#[test]
fn texts_attributes_and_entities_are_told_apart() {
    let forms = [
        "<a/>",
        "<a>1</a>",
        "<a>&lt;</a>",
        "<a>&#60;</a>",
        "<a b=\"1\"/>",
        "<a b='1'/>",
        "<a> </a>",
        "<a><b/></a>",
    ];
    for (i, one) in forms.iter().enumerate() {
        for (j, other) in forms.iter().enumerate() {
            assert!(canonical(one).is_some(), "{one}");
            assert_eq!(
                canonical(one) == canonical(other),
                i == j,
                "{one} and {other}"
            );
        }
    }
}

#[test]
fn a_shape_has_the_elements() {
    let full = "<a>\n  <b c=\"1\">2</b>\n  <metadata><any>x</any></metadata>\n</a>";
    assert_eq!(shape(full).unwrap(), "<a><b></b><metadata></metadata></a>");
}

#[test]
fn what_is_not_well_formed_is_told() {
    for body in ["<a>", "<a></b>", "<a", "<a b>1</a b>"] {
        assert_eq!(canonical(body), None, "{body}");
    }
}
