//! How calls end, and what that means for the others of their session.

use super::course::Course;
use super::{Ended, Output, Pipeline};
use crate::proto::launch::{Doubt, Ending};
use crate::wire::rlaunch::{CallId, Status};

impl Pipeline {
    /// Ends a call.
    pub(super) fn finish(&mut self, place: usize, seq: u64, ending: Ending) {
        let is_over = matches!(ending, Ending::Unknown(Doubt::Gone) | Ending::Refused(_));
        let refused = matches!(ending, Ending::Refused(Status::RolledBack));
        let Some(course) = self.course_at(place) else {
            return;
        };
        let (instance, session) = (course.session.instance, course.session.id);
        course.is_over |= is_over;
        let Some(mut call) = course.end(seq) else { return };
        if call.is_flying {
            self.window.forgotten();
        }
        self.in_hand -= 1;
        call.payload.clear();
        self.spare.push(call.payload);
        self.outputs.push_back(Output::Ended(Ended {
            number: call.number,
            id: Some((instance, CallId { session, seq })),
            ending,
            hint: call.hint,
            sends: call.attempts,
            rtt: call.rtt,
        }));
        if is_over {
            self.leave(place);
        }
        if refused {
            self.refused = Some(Status::RolledBack);
            self.end_queue(&Ending::Refused(Status::RolledBack));
        }
    }

    /// Begins nothing more in a session. What has its id and was not yet sent never will be; what an earlier run
    /// began, though, it may have sent.
    fn leave(&mut self, place: usize) {
        if self.current == Some(place) {
            self.current = None;
        }
        let course = self.course_at(place).filter(|course| !course.is_resumed);
        let unsent = course.into_iter().flat_map(Course::calls);
        let unsent = unsent.filter(|(_, call)| call.attempts == 0);
        let unsent: Vec<_> = unsent.map(|(seq, _)| seq).collect();
        for seq in unsent {
            self.finish(place, seq, Ending::NotLaunched);
        }
    }

    /// Ends all that have no id yet.
    pub(super) fn end_queue(&mut self, ending: &Ending) {
        for (number, mut payload) in std::mem::take(&mut self.queue) {
            payload.clear();
            self.spare.push(payload);
            self.tell_unsent(number, ending.clone());
        }
    }

    pub(super) fn tell_unsent(&mut self, number: u64, ending: Ending) {
        self.in_hand -= 1;
        self.outputs.push_back(Output::Ended(Ended {
            number,
            id: None,
            ending,
            hint: None,
            sends: 0,
            rtt: None,
        }));
    }
}
