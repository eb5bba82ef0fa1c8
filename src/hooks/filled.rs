//! What a form holds that is no draft.
//!
//! A drawing may come well after the key that asked for it, and Enter right after the key. So whatever sends a form asks for what it holds
//! *now* ([`Filled::now`], [`super::Drafting::now`]), never for what was drawn last.

use std::{cell::RefCell, rc::Rc};

use yew::prelude::*;

/// What a form holds, shared by its fields and whatever sends it.
pub struct Filled<T> {
    held: Rc<RefCell<T>>,
    redraw: UseForceUpdateHandle,
}

impl<T> Clone for Filled<T> {
    fn clone(&self) -> Self {
        Self { held: self.held.clone(), redraw: self.redraw.clone() }
    }
}

/// A form that holds this at first.
#[hook]
pub fn use_filled<T: 'static>(at_first: impl FnOnce() -> T) -> Filled<T> {
    Filled { held: use_mut_ref(at_first), redraw: use_force_update() }
}

impl<T: Clone> Filled<T> {
    /// What it holds now.
    pub fn now(&self) -> T {
        self.held.borrow().clone()
    }

    /// Somebody fills it in; what changed is drawn.
    pub fn change(&self, change: impl FnOnce(&mut T)) {
        change(&mut self.held.borrow_mut());
        self.redraw.force_update();
    }
}
