import { expect } from "chai";
import { BodyRoom, type BodyShare } from "../../../admission/body-room.ts";

describe("BodyRoom", () => {
  const limit = 100;
  let room: BodyRoom;
  let gaveWay: string[];

  /** A body that is still coming, with so many bytes. */
  function coming(name: string, bytes: number): BodyShare {
    const share = room.enter();
    share.yieldBy(() => gaveWay.push(name));
    share.take(bytes);
    return share;
  }

  beforeEach(() => {
    room = new BodyRoom(limit);
    gaveWay = [];
  });

  it("takes what fits", () => {
    for (const name of ["a", "b"]) coming(name, limit / 2);
    expect(gaveWay).to.deep.equal([]);
  });

  it("lets the largest give way, whichever came last", () => {
    coming("small", 10);
    coming("large", 60);
    coming("medium", 31);
    expect(gaveWay).to.deep.equal(["large"]);
    coming("larger", 70);
    expect(gaveWay).to.deep.equal(["large", "larger"]);
  });

  it("spares what is being worked with", () => {
    coming("complete", 80).keep();
    coming("small", 15);
    coming("medium", 20);
    expect(gaveWay).to.deep.equal(["medium"]);
  });

  it("has the room again that somebody has left, once", () => {
    const first = coming("first", 90);
    first.leave();
    first.leave();
    coming("second", 90);
    expect(gaveWay).to.deep.equal([]);
    coming("third", 11);
    expect(gaveWay).to.deep.equal(["second"]);
  });

  it("has nobody left to give way when all is being worked with", () => {
    const share = room.enter();
    share.take(limit + 1);
    expect(gaveWay).to.deep.equal([]);
  });
});
