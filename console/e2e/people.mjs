// Everybody in the stories, as they see their pages.
export { Agent } from './agent.mjs'
export { Member } from './member.mjs'
export { Owner } from './owner.mjs'
export { Visitor } from './visitor.mjs'
