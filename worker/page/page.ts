import { ChatView } from "./chat-view.ts";
import { forgetJoined, type Invitation, readInvitation, rememberJoined } from "./invitation.ts";
import { JoinView } from "./join-view.ts";

const invitation = readInvitation(location);

const joinView = new JoinView((room, name) => enter({ ...invitation, room, name }));

function enter(accepted: Invitation): void {
  const { room, name } = accepted;
  joinView.hide();
  rememberJoined(room, name);
  new ChatView(accepted, {
    left: () => back(accepted),
    refused: (problem) => back(accepted, problem),
    again: () => enter(accepted),
  });
}

function back(from: Invitation, problem?: string): void {
  forgetJoined();
  joinView.show(from, problem);
}

if (invitation.complete) enter(invitation);
else joinView.show(invitation);
