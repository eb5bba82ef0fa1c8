// Two tabs linked by codes that are carried by hand.

/** Links two tabs by codes. */
export async function byHand(one, other) {
  const reply = await other.call('byHand.reply', await one.call('byHand.invite'));
  await one.call('byHand.accept', reply);
}
