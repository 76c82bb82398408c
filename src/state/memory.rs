use std::cell::{Cell, RefCell};

use super::{Folder, FolderProblem, Known, Site};

/// What a run knows about the host that it sends to: in the state folder, or in this process alone.
#[derive(Debug, Default)]
pub struct Memory {
    place: Option<(Folder, Site)>,
    /// What counts where the folder does not.
    held: RefCell<Known>,
    unwritten: Cell<bool>,
}

impl Memory {
    /// What is known about `site`. Without a folder, or for this machine, it lasts as long as this value.
    pub fn of(folder: Option<Folder>, site: Option<Site>) -> Self {
        Self { place: folder.zip(site), ..Self::default() }
    }

    /// All that is known now: other processes of this user may have added to it.
    pub fn known(&self) -> Known {
        match &self.place {
            Some((folder, site)) if !self.unwritten.get() => folder.read(site),
            _ => self.held.borrow().clone(),
        }
    }

    /// Adds to it.
    ///
    /// # Errors
    /// Why it could not be written; this process knows it all the same.
    pub fn learn(&self, change: impl Fn(&mut Known)) -> Result<(), FolderProblem> {
        if let Some((folder, site)) = self.place.as_ref().filter(|_| !self.unwritten.get()) {
            match folder.update(site, &change) {
                Ok(_) => return Ok(()),
                Err(problem) => {
                    self.unwritten.set(true);
                    *self.held.borrow_mut() = folder.read(site);
                    change(&mut self.held.borrow_mut());
                    return Err(problem);
                }
            }
        }
        change(&mut self.held.borrow_mut());
        Ok(())
    }
}
