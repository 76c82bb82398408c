/// The headers of an answer, in their order. Names are found whatever their case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers {
    /// Each name with its value after it: an answer has a dozen, and they come and go with it.
    text: String,
    /// Where each name ends, and where its value does.
    ends: Vec<(usize, usize)>,
}

impl Headers {
    /// The first value of that name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Every name and value; names are in lower case when they come from the network.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|(_, end)| *end));
        starts.zip(&self.ends).map(|(start, (name, value))| {
            let part = |from, to| self.text.get(from..to).unwrap_or_default();
            (part(start, *name), part(*name, *value))
        })
    }
}

impl<N: AsRef<str>, V: AsRef<str>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        let mut headers = Self::default();
        for (name, value) in pairs {
            headers.text.push_str(name.as_ref());
            let name = headers.text.len();
            headers.text.push_str(value.as_ref());
            headers.ends.push((name, headers.text.len()));
        }
        headers
    }
}
